// One line for each scenario, then a count; exit code 1 if one failed. Words as arguments pick scenarios.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Browser, REDIRECT, start } from './provider.mjs';

const provider = await start();
const folder = mkdtempSync(join(tmpdir(), 'oidc-peers-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, 'a-secret-of-the-central\n');
const centrals = [];

/** The real program as a client of the provider. */
async function central(client, ...more) {
    const secret = client === 'public' ? [] : ['--oidc-secret-file', secretFile];
    const data = join(folder, `data-${centrals.length}`);
    const args = ['--listen', '127.0.0.1:0', '--data', data, '--practice', '--oidc-issuer', provider.issuer,
        '--oidc-client', client, '--oidc-redirect', REDIRECT, ...secret, ...more];
    const child = spawn(process.env.SEAL_CENTRAL, args, { env: { ...process.env, RUST_LOG: 'info' } });
    let log = '';
    child.stderr.on('data', (text) => { log += text; });
    centrals.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
        const told = /^listening on (.*)/.exec(line);
        if (told) return { address: told[1], log: () => log };
    }
    throw new Error(`the central did not start: ${log}`);
}

class Phone {
    #verifier = randomBytes(32);
    #central;

    constructor(central) {
        this.#central = central;
    }

    async #post(path, body) {
        const answer = await fetch(this.#central.address + path, {
            method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
        });
        return { status: answer.status, ...await answer.json() };
    }

    async begin(flow) {
        const begun = await this.#post('/v1/sign-in/oidc', {
            device: crypto.randomUUID(),
            // The base point of P-256: nothing is signed with it here.
            device_key: 'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
            challenge: createHash('sha256').update(this.#verifier).digest('hex'),
            flow,
        });
        assert.equal(begun.status, 200, JSON.stringify(begun));
        return begun;
    }

    finish({ handle }, digits) {
        return this.#post('/v1/sign-in/oidc/finish', { handle, verifier: this.#verifier.toString('base64url'), digits });
    }

    /** Asks until the central no longer says that nobody has signed in yet, as slowly as it says. */
    async ends(begun) {
        for (;;) {
            const answer = await this.finish(begun);
            if (answer.status !== 202) return answer;
            await new Promise((done) => setTimeout(done, answer.wait_s * 1000));
        }
    }
}

/** The browser comes back to the central; gives the page. */
async function back(central, url) {
    assert.ok(url.startsWith(REDIRECT), url);
    const answer = await fetch(central.address + url.slice(new URL(url).origin.length));
    assert.equal(answer.status, 200);
    return answer.text();
}

const digits = (page) => /<b>(\d{6})<\/b>/.exec(page)?.[1];

async function lets(central, account, officer = account) {
    const phone = new Phone(central);
    const begun = await phone.begin('code');
    const page = await back(central, await new Browser(provider.issuer).signIn(begun.open, account));
    const signed = await phone.finish(begun, digits(page));
    assert.equal(signed.status, 200, JSON.stringify(signed));
    assert.equal(signed.officer.id, officer);
    assert.equal(signed.officer.unit, '03EE');
    const changes = await fetch(`${central.address}/v1/changes?limit=1`, {
        headers: { authorization: `Bearer ${signed.token}` },
    });
    assert.equal(changes.status, 200);
    return `${officer} of ${signed.officer.unit}`;
}

const scenarios = {
    'code and PKCE, RS256, client with a secret': async () => lets(await central('rsa'), 'an.nv'),
    'code and PKCE, ES256': async () => lets(await central('es256'), 'an.nv'),
    'code and PKCE, client without a secret': async () => lets(await central('public'), 'an.nv'),
    'the officer is named by a claim of userinfo': async () => lets(
        await central('rsa', '--oidc-officer-claim', 'preferred_username', '--oidc-scope', 'profile'),
        'id-of-an.nv', 'an.nv',
    ),
    'a token signed with the shared secret is not believed': async () => {
        const here = await central('hmac');
        const phone = new Phone(here);
        const begun = await phone.begin('code');
        const page = await back(here, await new Browser(provider.issuer).signIn(begun.open, 'an.nv'));
        assert.equal(digits(page), undefined);
        const answer = await phone.finish(begun);
        assert.equal(answer.code, 'unproven');
        return answer.code;
    },
    'a code of another sign-in is not exchanged': async () => {
        const here = await central('rsa');
        const [phone, browser] = [new Phone(here), new Browser(provider.issuer)];
        const [mine, other] = [await phone.begin('code'), await phone.begin('code')];
        const crossed = new URL(await browser.signIn(other.open, 'an.nv'));
        crossed.searchParams.set('state', new URL(mine.open).searchParams.get('state'));
        assert.equal(digits(await back(here, crossed.href)), undefined);
        assert.equal((await phone.finish(mine)).code, 'unproven');
        return 'PKCE';
    },
    'a browser comes back once': async () => {
        const here = await central('rsa');
        const phone = new Phone(here);
        const begun = await phone.begin('code');
        const url = await new Browser(provider.issuer).signIn(begun.open, 'an.nv');
        const first = digits(await back(here, url));
        assert.equal(digits(await back(here, url)), undefined);
        assert.equal((await phone.finish(begun, first)).status, 200);
        return 'the second time nothing is shown';
    },
    'who turns back at the provider is not let in': async () => {
        const here = await central('rsa');
        const phone = new Phone(here);
        const begun = await phone.begin('code');
        await back(here, await new Browser(provider.issuer).abort(begun.open));
        assert.equal((await phone.finish(begun)).code, 'denied');
        return 'denied';
    },
    'who is not in the register is not let in': async () => {
        const here = await central('rsa');
        const phone = new Phone(here);
        const begun = await phone.begin('code');
        await back(here, await new Browser(provider.issuer).signIn(begun.open, 'nobody'));
        assert.equal((await phone.finish(begun)).code, 'unknown_officer');
        return 'unknown_officer';
    },
    'device grant: waiting, then signed in': async () => {
        const here = await central('es256');
        const phone = new Phone(here);
        const begun = await phone.begin('device');
        const waiting = await phone.finish(begun);
        assert.equal(waiting.status, 202);
        await new Promise((done) => setTimeout(done, waiting.wait_s * 1000));
        const before = provider.asked['/token'] ?? 0;
        for (let n = 0; n < 5; n += 1) assert.equal((await phone.finish(begun)).status, 202);
        assert.equal(provider.asked['/token'] - before, 1, 'looked at once in the interval');
        await new Browser(provider.issuer).typeCode(begun.address, begun.user_code, 'an.nv');
        const signed = await phone.ends(begun);
        assert.equal(signed.officer?.id, 'an.nv', JSON.stringify(signed));
        return `${signed.officer.id} of ${signed.officer.unit}`;
    },
    'device grant: refused by the officer': async () => {
        const here = await central('rsa');
        const phone = new Phone(here);
        const begun = await phone.begin('device');
        await new Browser(provider.issuer).typeCode(begun.address, begun.user_code, 'an.nv', false);
        assert.equal((await phone.ends(begun)).code, 'denied');
        return 'denied';
    },
    'no secret and no token in the log': async () => {
        const here = await central('rsa');
        const phone = new Phone(here);
        const begun = await phone.begin('code');
        const url = await new Browser(provider.issuer).signIn(begun.open, 'an.nv');
        const shown = digits(await back(here, url));
        const signed = await phone.finish(begun, shown);
        await phone.finish(begun, '000000');
        const secrets = [signed.token, begun.handle, new URL(url).searchParams.get('code'), 'a-secret-of-the-central'];
        assert.match(here.log(), /signed in/);
        for (const secret of secrets) assert.ok(!here.log().includes(secret), 'a secret is in the log');
        return `${secrets.length} looked for`;
    },
};

let [passed, failed] = [0, 0];
const words = process.argv.slice(2);
for (const [name, run] of Object.entries(scenarios)) {
    if (words.length && !words.some((word) => name.includes(word))) continue;
    try {
        console.log(`ok    ${name}: ${await run()}`);
        passed += 1;
    } catch (error) {
        console.log(`FAIL  ${name}: ${error.stack}`);
        failed += 1;
    }
}
for (const child of centrals) child.kill();
provider.stop();
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
