"""PyPI tuspyserver as the app finds its central: the protocol is the library's, our marker and receipt are put on top."""

import base64
import hashlib
import json
import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from tuspyserver import create_tus_router

folder = sys.argv[1]
# The app names an upload by the digest of what it holds, the library by an id of its own.
names: dict[str, str] = {}
receipts: dict[str, str] = {}


def finished(file_path: str, metadata: dict) -> None:
    digest = hashlib.sha256(Path(file_path).read_bytes()).hexdigest()
    if digest != metadata["sha256"]:
        raise ValueError("another digest")
    receipts[digest] = json.dumps({"server_seq": 0, "at": "2026-11-23T01:00:00Z", "code": digest[:4]})


app = FastAPI()
app.include_router(create_tus_router(prefix="v1/photos", files_dir=folder, on_upload_complete=finished))


class Ours:
    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.inner(scope, receive, send)
        photo = scope["path"].rsplit("/", 1)[-1]
        if photo in names:
            scope = {**scope, "path": f"/v1/photos/{names[photo]}"}
            scope["raw_path"] = scope["path"].encode()
        headers = dict(scope["headers"])
        # The library demands these names; the app's are our central's.
        if metadata := headers.get(b"upload-metadata"):
            sha = next(pair.split()[1] for pair in metadata.decode().split(",") if pair.startswith("sha256 "))
            photo = base64.b64decode(sha).decode()
            metadata += b",filename " + base64.b64encode(b"photo.jpg") + b",filetype " + base64.b64encode(b"image/jpeg")
            scope = {**scope, "headers": [*((k, v) for k, v in scope["headers"] if k != b"upload-metadata"), (b"upload-metadata", metadata)]}

        async def marked(message):
            if message["type"] == "http.response.start":
                extra = [(b"x-sealfield-proto", b"sealfield/1")]
                for name, value in message["headers"]:
                    if name.lower() == b"location" and len(photo) == 64:
                        names[photo] = value.decode().rstrip("/").rsplit("/", 1)[-1]
                if photo in receipts:
                    extra.append((b"x-sealfield-receipt", receipts[photo].encode()))
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.inner(scope, receive, marked)


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(Ours(app), log_level="warning")).run(sockets=[listener])
