#!/usr/bin/env python3
"""The least that fetches a vault: one socket, one file after another, no records, no fsync, no second run.

`Benchmarks/run notes` measures `obsync sync` beside it. It takes the address of `obsync simulate obsidian`, an account, a vault's name and
a folder, and writes the vault's files into the folder.

Usage: plain_client.py ADDRESS EMAIL PASSWORD TOTP_SECRET VAULT VAULT_PASSWORD FOLDER
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import sys
import time
import unicodedata
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def one_time_code(secret):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 10 ** 6:06d}"


def post(address, path, body):
    headers = {"Content-Type": "application/json", "User-Agent": "plain/1", "Origin": "https://obsidian.md"}
    request = urllib.request.Request(address + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
    if "error" in found:
        sys.exit(f"{path}: {found['error']}")
    return found


def derive(key, salt, info):
    extracted = hmac.new(salt or bytes(32), key, "sha256").digest()
    return hmac.new(extracted, info + b"\x01", "sha256").digest()


class Keys:
    def __init__(self, password, salt, version):
        normal = [unicodedata.normalize("NFKC", text).encode() for text in (password, salt)]
        self.version = version
        key = hashlib.scrypt(normal[0], salt=normal[1], n=32768, r=8, p=1, dklen=32, maxmem=1 << 26)
        if version == 0:
            self.hash = hashlib.sha256(key).hexdigest()
            self.body = self.names = AESGCM(key)
        else:
            self.hash = derive(key, salt.encode(), b"ObsidianKeyHash").hex()
            self.body = AESGCM(derive(key, b"", b"ObsidianAesGcm"))
            self.names = derive(key, salt.encode(), b"ObsidianAesSivEnc")

    def text(self, field):
        sealed = bytes.fromhex(field)
        if self.version == 0:
            return self.names.decrypt(sealed[:12], sealed[12:], None).decode()
        counter = bytearray(sealed[:16])
        counter[8] &= 0x7F
        counter[12] &= 0x7F
        # The counter has 16 bits: it wraps without a carry, so what is behind the wrap is deciphered apart.
        left = (65536 - int.from_bytes(counter[14:], "big")) * 16
        plain, rest = self.stream(counter, sealed[16:16 + left]), sealed[16 + left:]
        if rest:
            counter[14:] = b"\0\0"
            plain += self.stream(counter, rest)
        return plain.decode()

    def stream(self, counter, sealed):
        cipher = Cipher(algorithms.AES(self.names), modes.CTR(bytes(counter))).decryptor()
        return cipher.update(sealed) + cipher.finalize()


class Socket:
    def __init__(self, host):
        target = urllib.parse.urlsplit("//" + host)
        self.connection = socket.create_connection((target.hostname, target.port), 60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: plain/1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.reader = self.connection.makefile("rb", 1 << 16)
        if b" 101 " not in self.reader.readline():
            sys.exit("the socket was refused")
        while self.reader.readline() != b"\r\n":
            pass

    def send(self, message):
        data = json.dumps(message).encode()
        mask = os.urandom(4)
        head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else b"\x81" + struct.pack(">BH", 0xFE, len(data))
        masked = bytes(byte ^ mask[at & 3] for at, byte in enumerate(data))
        self.connection.sendall(head + mask + masked)

    def frame(self):
        first, length = self.reader.read(2)
        if length == 126:
            length = struct.unpack(">H", self.reader.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.reader.read(8))[0]
        return first & 15, self.reader.read(length)

    def message(self):
        while True:
            kind, data = self.frame()
            if kind == 1:
                found = json.loads(data)
                if found.get("op") != "pong":
                    return found

    def binary(self):
        while True:
            kind, data = self.frame()
            if kind == 2:
                return data


def main():
    address, email, password, totp, name, vault_password, folder = sys.argv[1:]
    signed_in = post(address, "/user/signin", {"email": email, "password": password, "mfa": one_time_code(totp) if totp else ""})
    listed = post(address, "/vault/list", {"token": signed_in["token"], "supported_encryption_version": 3})
    vault = next(vault for vault in listed["vaults"] + listed["shared"] if vault["name"] == name)
    version = vault.get("encryption_version", 0)
    keys = Keys(vault.get("password") or vault_password, vault["salt"], version)
    line = Socket(vault["host"])
    line.send({
        "op": "init", "token": signed_in["token"], "id": vault["id"], "keyhash": keys.hash, "version": 0, "initial": True,
        "device": "plain", "encryption_version": version,
    })
    if line.message().get("res") != "ok":
        sys.exit("the vault was not opened")
    files = {}
    while (record := line.message())["op"] != "ready":
        if not record["folder"] and not record["deleted"]:
            files[keys.text(record["path"])] = record
    for path, record in files.items():
        line.send({"op": "pull", "uid": record["uid"]})
        answer = line.message()
        sealed = b"".join(line.binary() for _ in range(answer["pieces"]))
        plain = keys.body.decrypt(sealed[:12], sealed[12:], None) if sealed else b""
        if record["hash"] and hashlib.sha256(plain).hexdigest() != keys.text(record["hash"]):
            sys.exit("a file is not what was listed")
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(plain)
    print(len(files))


if __name__ == "__main__":
    main()
