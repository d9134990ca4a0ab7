#!/usr/bin/env python3
"""A seal that is neither BlueZ nor Rust: the Python seal of tools/seal-peers on a bumble GATT server.

Two emulated controllers share one virtual air: the first is the kernel's hci0 (by /dev/vhci), the second is bumble's.

    bumble_seal.py --serial S --commissioned T [--motor-seconds N] [--passkey N]
"""

import argparse
import asyncio
import time

from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address, LeFeatureMask
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from bumble.link import LocalLink
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink

from eseal import SealKeys
from seal import HANG_UP, Flash, Hardware, Seal

MASTER = b"seal-field practice: public key!"  # of all practice seals, known to everybody


def uuid(n: int) -> UUID:
    return UUID(f"7c5e000{n}-9d0b-4f6e-8a55-1f7e48585bc3")


class Air(LocalLink):
    """bumble 0.0.236 sends data from the controller's random address even on a connection made with its public one."""

    def send_acl_data(self, sender_controller, destination_address, transport, data):
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection and receiver:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)


class Label(PairingDelegate):
    """A seal with a passkey printed on it."""

    def __init__(self, passkey: int | None) -> None:
        can = PairingDelegate.NO_OUTPUT_NO_INPUT if passkey is None else PairingDelegate.DISPLAY_OUTPUT_ONLY
        super().__init__(io_capability=can)
        self.passkey = passkey

    async def generate_passkey(self) -> int:
        return self.passkey

    async def display_number(self, number: int, digits: int) -> None:
        print(f"the label says {number:0{digits}}", flush=True)


class Body:
    """Carries values between the radio and the seal."""

    def __init__(self, options: argparse.Namespace, device: Device) -> None:
        self.device, self.start = device, time.monotonic()
        keys = SealKeys.from_master(MASTER, 1, options.serial)
        hardware = Hardware(motor_seconds=options.motor_seconds)
        self.seal = Seal(keys, options.commissioned, hardware, Flash(), now=0)
        self.connection = None
        self.awake = asyncio.Event()
        needs = Characteristic.WRITEABLE
        if options.passkey is not None:
            needs |= Characteristic.WRITE_REQUIRES_ENCRYPTION | Characteristic.WRITE_REQUIRES_AUTHENTICATION
        self.write = Characteristic(uuid(2), Characteristic.Properties.WRITE, needs, CharacteristicValue(write=self.written))
        self.notify = Characteristic(uuid(3), Characteristic.Properties.NOTIFY, Characteristic.READABLE, b"")
        device.on("connection", self.connected)

    def ticks(self) -> int:
        return int(time.monotonic() - self.start)

    def connected(self, connection) -> None:
        self.connection = connection
        connection.on("disconnection", self.disconnected)
        self.seal.step(self.ticks())
        self.seal.connected()

    def disconnected(self, _reason) -> None:
        self.connection = None
        self.seal.out.clear()
        self.seal.disconnected()

    def written(self, connection, value: bytes) -> None:
        self.seal.mtu = min(connection.att_mtu, 247)
        self.seal.step(self.ticks())
        self.seal.value(bytes(value))
        self.awake.set()

    async def live(self) -> None:
        """Time passes, and what the seal says is carried, in order."""
        while True:
            try:
                await asyncio.wait_for(self.awake.wait(), 0.2)
            except TimeoutError:
                self.seal.step(self.ticks())
            self.awake.clear()
            while self.seal.out and self.connection:
                value = self.seal.out.popleft()
                if value is HANG_UP:
                    await self.connection.disconnect()
                else:
                    await self.device.notify_subscriber(self.connection, self.notify, value)


async def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--serial", default="83181010")
    p.add_argument("--commissioned", type=int, required=True)
    p.add_argument("--motor-seconds", type=int, default=1)
    p.add_argument("--passkey", type=int)
    options = p.parse_args()

    link = Air()
    vhci = await open_transport("vhci")
    kernel = Controller("kernel", host_source=vhci.source, host_sink=vhci.sink, link=link, public_address="00:00:5E:00:53:01")
    # With more features the kernel waits for an Enhanced Connection Complete that bumble does not send, and after
    # 4 s it cancels the connection that it has: then Disconnect does nothing and no new connection can be made.
    kernel.le_features = LeFeatureMask.LE_ENCRYPTION
    radio = Controller("seal", link=link, public_address="00:00:5E:00:53:02")
    device = Device(name=options.serial, address=Address("C0:00:5E:00:53:02"), host=Host(radio, AsyncPipeSink(radio)))
    device.pairing_config_factory = lambda _connection: PairingConfig(
        sc=True, mitm=options.passkey is not None, bonding=True, delegate=Label(options.passkey),
        identity_address_type=PairingConfig.AddressType.RANDOM,  # the address it advertises with
    )  # fmt: skip
    device.keystore = MemoryKeyStore()  # without one it forgets its bonds

    body = Body(options, device)
    device.add_service(Service(uuid(1), [body.write, body.notify]))
    device.advertising_data = bytes(AdvertisingData([
        (AdvertisingData.FLAGS, bytes([0x06])),
        (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, bytes(uuid(1))),
        # Its place is the scan response, but there bumble 0.0.236's controller sends this once more.
        (AdvertisingData.COMPLETE_LOCAL_NAME, options.serial.encode()),
    ]))  # fmt: skip
    await device.power_on()
    await device.start_advertising(auto_restart=True, advertising_interval_min=100, advertising_interval_max=100)
    print("advertising", flush=True)
    await body.live()


asyncio.run(main())
