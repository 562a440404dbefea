"""A real web server on this machine that answers as a test says, well or badly."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

Answer = bytes | Callable[[socket.socket], None]


def answer(
    body: bytes | str = b"", status: int = 200, kind: str = "text/html", **headers: str
) -> bytes:
    """A whole HTTP answer; an underscore in a header's name stands for a hyphen."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in fields.items() if value]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


NOT_FOUND = answer(b"", 404)


@dataclass
class Host:
    """Answers by path, or that there is no such page; `asked` holds the requests as they came."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path on this host."""
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.split(" ")[1] for request in self.asked]

    def serve(self, connection: socket.socket) -> None:
        """Read one request and answer it."""
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                received = connection.recv(65_536)
                if not received:
                    return
                request += received
                if request.startswith(b"\x16"):  # TLS, of which this host speaks none
                    self.asked.append(request.decode("latin-1"))
                    return
            self.asked.append(request.decode("latin-1"))
            reply = self.answers.get(self.asked[-1].split(" ")[1], NOT_FOUND)
            try:
                if callable(reply):
                    reply(connection)
                else:
                    connection.sendall(reply)
            except OSError:
                return  # the client has had enough


@contextmanager
def serving() -> Iterator[Host]:
    """A host that serves, each connection in a thread of its own, until the block is left."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        host = Host(server.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection, _ = server.accept()
                if host.closing.is_set():
                    connection.close()
                    return
                threads.append(threading.Thread(target=host.serve, args=(connection,)))
                threads[-1].start()

        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield host
        finally:
            host.closing.set()
            socket.create_connection(("127.0.0.1", host.port)).close()
            for thread in threads:
                thread.join()
