"""Signs in at a practice central and prints the token: sign_in.py ADDRESS OFFICER SECRET."""

import sys

import requests

address, officer, secret = sys.argv[1:]
answer = requests.post(
    f"{address}/v1/sign-in",
    json={
        "officer": officer,
        "secret": secret,
        "device": "00000000-0000-0000-0000-000000000001",
        # The base point of P-256: nothing is signed with it here.
        "device_key": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    },
    timeout=30,
)
answer.raise_for_status()
print(answer.json()["token"])
