"""The central's photographs in S3-compatible stores: check.py FOLDER [WORD...], see check.sh."""

import base64
import datetime
import hashlib
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import boto3
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BUCKET = "seal-photos"
WORK = Path(sys.argv[1])
# The base point of P-256: nothing is signed with it here.
DEVICE_KEY = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(what, seconds: float = 60):
    """Until it gives something; what it last stumbled over is raised."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := what():
                return found
        except Exception:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


class Store:
    """An S3-compatible server, on one port for all its life."""

    key, secret, scheme = "S3RVER", "S3RVER", "http"

    def __init__(self, folder: Path):
        self.folder, self.port, self.process = folder, free_port(), None
        folder.mkdir()

    def command(self) -> list:
        raise NotImplementedError

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder)
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.port), 1))

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def environment(self) -> dict:
        names = {"ENDPOINT": self.address, "REGION": "us-east-1", "ACCESS_KEY_ID": self.key, "SECRET_ACCESS_KEY": self.secret}
        if self.scheme == "http":
            names["ALLOW_HTTP"] = "true"
        return {f"AWS_{name}": value for name, value in names.items()}

    def client(self, service: str = "s3", **more):
        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            **more,
        )

    def objects(self) -> dict:
        """What lies in the bucket, as AWS's client reads it."""
        client = self.client()
        listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {item["Key"]: client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in listed}


class S3rver(Store):
    """Keeps its objects on the disk."""

    name = "s3rver"

    def command(self) -> list:
        server = ["node", WORK / "node_modules/s3rver/bin/s3rver.js", "--directory", self.folder / "objects"]
        return [*server, "--address", "127.0.0.1", "--port", str(self.port), "--configure-bucket", BUCKET]


class Moto(Store):
    """Checks every request's signature with the code of AWS's client, and what its key may do. Keeps its objects in memory."""

    name = "moto"

    def command(self) -> list:
        return [WORK / "venv/bin/moto_server", "-H", "127.0.0.1", "-p", str(self.port)]

    def start(self):
        # So many requests make the key that all others need.
        os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"
        super().start()
        self.client().create_bucket(Bucket=BUCKET)
        iam = self.client("iam")
        iam.create_user(UserName="central")
        may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_user_policy(UserName="central", PolicyName="photos", PolicyDocument=policy)
        made = iam.create_access_key(UserName="central")["AccessKey"]
        self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]


class MotoWithTls(Moto):
    """With a certificate of an authority that nobody knows."""

    name, scheme = "moto with TLS", "https"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.root = folder / "root.pem"
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        agency, host = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("Agency", "Store"))
        now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)

        def certificate(subject, public, extensions):
            made = x509.CertificateBuilder().subject_name(subject).issuer_name(agency).public_key(public)
            made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
            for extension, critical in extensions:
                made = made.add_extension(extension, critical)
            return made.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        self.root.write_bytes(
            certificate(agency, root_key.public_key(), [(x509.BasicConstraints(ca=True, path_length=None), True)])
        )
        (folder / "store.pem").write_bytes(certificate(host, key.public_key(), [(address, False)]))
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "store.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))

    def command(self) -> list:
        return [*super().command(), "-c", self.folder / "store.pem", "-k", self.folder / "store.key"]

    def client(self, service: str = "s3", **more):
        return super().client(service, verify=str(self.root), **more)


class Central:
    """The program, with its photographs in a store."""

    def __init__(self, store: Store, folder: Path, **environment):
        self.store, self.folder, self.environment, self.process = store, folder, environment, None

    def start(self):
        command = [os.environ["SEAL_CENTRAL"], "--listen", "127.0.0.1:0", "--data", self.folder / "data", "--practice"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= self.store.environment() | {"BLOBS_URL": f"s3://{BUCKET}/central"} | self.environment
        self.folder.mkdir(exist_ok=True)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
        self.address = self.process.stdout.readline().removeprefix("listening on ").strip()
        assert self.address.startswith("http://"), (self.folder / "log").read_text()
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def ready(self) -> requests.Response:
        return requests.get(f"{self.address}/readyz", timeout=60)


class Phone:
    """Sends photographs by tus."""

    def __init__(self, central: Central, number: int = 1):
        self.central = central
        device = f"00000000-0000-0000-0000-{number:012}"
        body = {"officer": "an.nv", "secret": "246810", "device": device, "device_key": DEVICE_KEY}
        answer = requests.post(f"{central.address}/v1/sign-in", json=body, timeout=60)
        answer.raise_for_status()
        self.token = answer.json()["token"]

    def ask(self, method: str, path: str, headers: dict, data: bytes = b"") -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0", **headers}
        return requests.request(method, self.central.address + path, headers=headers, data=data, timeout=120)

    def announce(self, photo: bytes) -> requests.Response:
        name, kind = (base64.b64encode(text.encode()).decode() for text in (digest(photo), "image/jpeg"))
        headers = {"Upload-Length": str(len(photo)), "Upload-Metadata": f"sha256 {name},media_type {kind}"}
        return self.ask("POST", "/v1/photos", headers)

    def head(self, photo: bytes) -> requests.Response:
        return self.ask("HEAD", f"/v1/photos/{digest(photo)}", {})

    def patch(self, photo: bytes, offset: int, data: bytes) -> requests.Response:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", f"/v1/photos/{digest(photo)}", headers, data)


def digest(photo: bytes) -> str:
    return hashlib.sha256(photo).hexdigest()


def picture(number: int) -> bytes:
    return bytes([number]) + bytes(at * 31 % 251 for at in range(2_700_000))


def place(photo: bytes) -> str:
    return f"central/{digest(photo)[:2]}/{digest(photo)}"


def only_whole(store: Store, photo: bytes) -> bool:
    """The photograph is there to the byte, and none of its pieces is left."""
    objects = store.objects()
    assert objects.get(place(photo)) == photo, list(objects)
    return not [name for name in objects if digest(photo) in name and name != place(photo)]


def told_to_come_again(answer: requests.Response) -> bool:
    return answer.status_code == 503 and answer.headers.get("Retry-After") == "5"


# ---- scenarios ------------------------------------------------------------------------------


def sent_in_pieces_it_lies_in_the_bucket_to_the_byte(store: Store, folder: Path) -> str:
    photo = picture(1)
    with Central(store, folder) as central:
        phone = Phone(central)
        assert central.ready().status_code == 200
        assert phone.announce(photo).status_code == 201
        for begin, end in ((0, 1_300_000), (1_300_000, len(photo))):
            assert begin == 0 or not store.objects().get(place(photo)), "whole before its time"
            answer = phone.patch(photo, begin, photo[begin:end])
            assert answer.status_code == 204, answer.text
        assert "X-Sealfield-Receipt" in answer.headers
    assert only_whole(store, photo)
    return f"{len(photo)} bytes"


def an_upload_goes_on_after_the_central_was_killed(store: Store, folder: Path) -> str:
    photo = picture(2)
    central = Central(store, folder).start()
    phone = Phone(central)
    phone.announce(photo)
    assert phone.patch(photo, 0, photo[:1_500_000]).status_code == 204
    central.kill()
    with Central(store, folder) as central:
        phone = Phone(central)
        here = int(phone.head(photo).headers["Upload-Offset"])
        assert here == 1_500_000, here
        assert "X-Sealfield-Receipt" in phone.patch(photo, here, photo[here:]).headers
    assert only_whole(store, photo)
    return f"from byte {here}"


def bytes_with_another_digest_are_refused_and_nothing_of_them_stays(store: Store, folder: Path) -> str:
    photo = picture(3)
    changed = photo[:-1] + bytes([photo[-1] ^ 1])
    with Central(store, folder) as central:
        phone = Phone(central)
        phone.announce(photo)
        answer = phone.patch(photo, 0, changed)
        assert (answer.status_code, answer.json()["code"]) == (422, "digest"), answer.text
        assert not [name for name in store.objects() if digest(photo) in name]
        assert "X-Sealfield-Receipt" in phone.patch(photo, 0, photo).headers
    assert only_whole(store, photo)
    return ""


def a_photograph_that_is_there_is_not_sent_again(store: Store, folder: Path) -> str:
    photo = picture(4)
    with Central(store, folder) as central:
        phone, other = Phone(central), Phone(central, 2)
        phone.announce(photo)
        phone.patch(photo, 0, photo)
        written = store.client().head_object(Bucket=BUCKET, Key=place(photo))["LastModified"]
        answer = other.announce(photo)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(photo)))
        assert "X-Sealfield-Receipt" in answer.headers
        assert store.client().head_object(Bucket=BUCKET, Key=place(photo))["LastModified"] == written
    assert only_whole(store, photo)
    return ""


def while_the_store_is_down_phones_are_told_to_come_again(store: Store, folder: Path) -> str:
    photo = picture(5)
    with Central(store, folder) as central:
        phone = Phone(central)
        phone.announce(photo)
        assert phone.patch(photo, 0, photo[:1_200_000]).status_code == 204
        store.stop()
        start = time.monotonic()
        for answer in (phone.head(photo), phone.patch(photo, 1_200_000, photo[1_200_000:]), phone.announce(picture(6))):
            assert told_to_come_again(answer), (answer.status_code, answer.text)
        longest = time.monotonic() - start
        answer = central.ready()
        assert told_to_come_again(answer) and answer.json()["code"] == "not_ready", answer.text
        store.start()
        wait_for(lambda: central.ready().status_code == 200)
        here = int(phone.head(photo).headers["Upload-Offset"])
        assert here == 1_200_000, here
        assert "X-Sealfield-Receipt" in phone.patch(photo, here, photo[here:]).headers
    assert only_whole(store, photo)
    return f"3 answers in {longest:.1f} s"


def a_store_that_says_nothing_is_told_too(store: Store, folder: Path) -> str:
    photo = picture(7)
    with Central(store, folder, AWS_TIMEOUT="2 seconds") as central:
        phone = Phone(central)
        phone.announce(photo)
        store.process.send_signal(signal.SIGSTOP)
        try:
            answer = phone.patch(photo, 0, photo)
            assert told_to_come_again(answer), (answer.status_code, answer.text)
            answer = central.ready()
            assert told_to_come_again(answer) and answer.json()["code"] == "not_ready", answer.text
        finally:
            store.process.send_signal(signal.SIGCONT)
        wait_for(lambda: central.ready().status_code == 200)
        # Of what it was told nothing, the store may have kept some.
        here = int(phone.head(photo).headers["Upload-Offset"])
        if here < len(photo):
            assert phone.patch(photo, here, photo[here:]).status_code == 204
        assert "X-Sealfield-Receipt" in phone.head(photo).headers
    assert only_whole(store, photo)
    return ""


def with_a_wrong_secret_it_is_not_ready_and_takes_nothing(store: Store, folder: Path) -> str:
    photo = picture(8)
    with Central(store, folder, AWS_SECRET_ACCESS_KEY="another") as central:
        assert told_to_come_again(central.ready())
        assert told_to_come_again(Phone(central).announce(photo))
        log = (folder / "log").read_text()
        assert "SignatureDoesNotMatch" in log and "another" not in log, log
    assert not [name for name in store.objects() if digest(photo) in name]
    return ""


def its_certificate_is_checked(store: Store, folder: Path) -> str:
    photo = picture(9)
    with Central(store, folder) as central:
        assert told_to_come_again(central.ready()), "the machine's authorities do not lead to it"
        assert told_to_come_again(Phone(central).announce(photo))
        assert "UnknownIssuer" in (folder / "log").read_text(), (folder / "log").read_text()[-2000:]
    with Central(store, folder, SSL_CERT_FILE=str(store.root)) as central:
        assert central.ready().status_code == 200
        phone = Phone(central)
        phone.announce(photo)
        assert "X-Sealfield-Receipt" in phone.patch(photo, 0, photo).headers
    assert only_whole(store, photo)
    return ""


def the_tests_of_photographs_hold(store: Store, _folder: Path) -> str:
    environment = os.environ | store.environment() | {"SEAL_CENTRAL_TEST_S3": f"s3://{BUCKET}"}
    runner = ["nextest", "run"] if shutil.which("cargo-nextest") else ["test"]
    command = ["cargo", *runner, "--locked", "-p", "seal-central", "--test", "central", "photos::"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = re.sub(r"\x1b\[[0-9;]*m", "", ended.stdout + ended.stderr)
    assert ended.returncode == 0, said[-4000:]
    count = re.search(r"(\d+) passed", said)
    assert count and int(count[1]) > 0, said
    assert store.objects(), "nothing came into the bucket"
    return f"{count[1]} tests"


COMMON = [
    the_tests_of_photographs_hold,
    sent_in_pieces_it_lies_in_the_bucket_to_the_byte,
    an_upload_goes_on_after_the_central_was_killed,
    bytes_with_another_digest_are_refused_and_nothing_of_them_stays,
    a_photograph_that_is_there_is_not_sent_again,
    a_store_that_says_nothing_is_told_too,
]
SCENARIOS = [
    (S3rver, COMMON + [while_the_store_is_down_phones_are_told_to_come_again]),
    (Moto, COMMON + [with_a_wrong_secret_it_is_not_ready_and_takes_nothing]),
    (MotoWithTls, [its_certificate_is_checked]),
]


def main() -> int:
    passed = failed = 0
    for kind, scenarios in SCENARIOS:
        for scenario in scenarios:
            name = f"{kind.name}: {scenario.__name__.replace('_', ' ')}"
            if not all(word in name for word in sys.argv[2:]):
                continue
            start = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                store = kind(Path(folder) / "store")
                try:
                    store.start()
                    what = scenario(store, Path(folder) / "central")
                except Exception as error:
                    failed += 1
                    print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
                    traceback.print_exc(file=sys.stderr)
                    continue
                finally:
                    store.stop()
            passed += 1
            print(f"ok      {name} ({what}) {time.monotonic() - start:.1f} s".replace(" ()", ""), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
