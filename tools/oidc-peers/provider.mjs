// The agency's identity provider: npm `oidc-provider` with its own pages, and the officer in front of a browser.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const REDIRECT = 'https://central.example/v1/sign-in/oidc/callback';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

function key(type, options, alg) {
    const { privateKey } = generateKeyPairSync(type, options);
    return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

/** Starts the provider; `asked` counts requests by path. */
export async function start() {
    const server = createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const client = (client_id, more) => ({
        client_id,
        redirect_uris: [REDIRECT],
        response_types: ['code'],
        grant_types: ['authorization_code', DEVICE],
        ...more,
    });
    const provider = new Provider(issuer, {
        clients: [
            client('rsa', { client_secret: 'a-secret-of-the-central' }),
            client('es256', { client_secret: 'a-secret-of-the-central', id_token_signed_response_alg: 'ES256' }),
            client('public', { token_endpoint_auth_method: 'none' }),
            client('hmac', { client_secret: 'a-secret-of-the-central', id_token_signed_response_alg: 'HS256' }),
        ],
        jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
        enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'HS256'] },
        claims: { openid: ['sub'], profile: ['preferred_username'] },
        // The subject is a number of the provider's own; the account's name stands in userinfo.
        findAccount: (_, accountId) => ({
            accountId,
            claims: () => ({ sub: accountId, preferred_username: accountId.replace('id-of-', '') }),
        }),
        pkce: { required: () => true },
        features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
        cookies: { keys: ['a key of this run'] },
        ttl: { DeviceCode: 300, AuthorizationCode: 60, IdToken: 300, AccessToken: 300, Interaction: 300, Session: 300, Grant: 300 },
    });
    const asked = {};
    const callback = provider.callback();
    server.on('request', (request, response) => {
        const path = request.url.split('?')[0];
        asked[path] = (asked[path] ?? 0) + 1;
        callback(request, response);
    });
    return { issuer, asked, stop: () => server.close() };
}

/** A browser with cookies, that never leaves the provider: where it is sent elsewhere it stops and says where. */
export class Browser {
    #cookies = new Map();
    #issuer;

    constructor(issuer) {
        this.#issuer = issuer;
    }

    async #go(url, form) {
        for (let steps = 0; steps < 20; steps += 1) {
            if (!url.startsWith(this.#issuer)) return { url };
            const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
            const answer = await fetch(url, {
                method: form ? 'POST' : 'GET',
                body: form && new URLSearchParams(form),
                headers: { cookie },
                redirect: 'manual',
            });
            for (const set of answer.headers.getSetCookie()) {
                const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
                if (value) this.#cookies.set(name, value);
                else this.#cookies.delete(name);
            }
            const text = await answer.text();
            const to = answer.headers.get('location');
            if (!to) return { url, text, status: answer.status };
            [url, form] = [new URL(to, url).href, undefined];
        }
        throw new Error('sent round and round');
    }

    /** Signs in as `account` and agrees, whatever page asks for it. Gives where the browser ends. */
    async #asked(page, account) {
        for (let steps = 0; steps < 5 && /name="prompt"/.test(page.text ?? ''); steps += 1) {
            const action = /action="([^"]+)"/.exec(page.text)[1].replaceAll('&amp;', '&');
            const prompt = /name="prompt" value="(\w+)"/.exec(page.text)[1];
            const form = prompt === 'login' ? { prompt, login: account, password: 'any' } : { prompt };
            page = await this.#go(new URL(action, page.url).href, form);
        }
        return page;
    }

    /** Opens an address and signs in; gives the address outside to which the browser is sent. */
    async signIn(address, account) {
        return (await this.#asked(await this.#go(address), account)).url;
    }

    /** Opens an address and turns back. */
    async abort(address) {
        const page = await this.#go(address);
        const link = /href="([^"]+\/abort)"/.exec(page.text)[1];
        return (await this.#go(new URL(link, page.url).href)).url;
    }

    /** Types a code, and confirms it or not. Gives the last page. */
    async typeCode(address, code, account, confirmed = true) {
        const page = await this.#go(address);
        const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)[1];
        const action = /action="([^"]+)"/.exec(page.text)[1];
        const target = new URL(action, page.url).href;
        const form = { xsrf, user_code: code };
        await this.#go(target, form);
        if (!confirmed) return this.#go(target, { ...form, abort: 'yes' });
        return this.#asked(await this.#go(target, { ...form, confirm: 'yes' }), account);
    }
}
