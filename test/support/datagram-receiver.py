"""Binds a datagram socket (argument 1; `@` for the abstract namespace) and prints each datagram as a line of hex."""
import socket
import sys

address = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\0" + address[1:] if address.startswith("@") else address)
print("bound", flush=True)
while True:
    print("datagram " + receiver.recv(1 << 20).hex(), flush=True)
