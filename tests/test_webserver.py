import socket

import pytest

from evqa.errors import ServerError
from evqa.web.webserver import address, listen


def test_a_port_is_taken_at_once() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert address(listener) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)), pytest.raises(ServerError) as caught:
            listen("127.0.0.1", port)
    assert caught.value.message == f"Port {port} is in use."
    assert caught.value.hint == (f"Stop the other program, or run: evqa chat --port {port + 1}")


def test_a_host_that_is_not_of_this_machine_is_told() -> None:
    with pytest.raises(ServerError) as caught:
        listen("203.0.113.7", 7860)
    assert caught.value.message.startswith("The chat cannot listen on 203.0.113.7, port 7860: ")
    assert caught.value.hint == "Choose another --host or --port."


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_host_that_others_reach_needs_a_password(host: str) -> None:
    with pytest.raises(ServerError) as caught:
        listen(host, 0)
    assert str(caught.value) == (
        f"On {host}, other machines can reach evqa, so it needs a password."
        ' Set EVQA_AUTH="user:password", or leave out --host.'
    )
    with listen(host, 0, "reader:secret") as listener:
        assert listener.getsockname()[0] == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_a_host_of_this_machine_alone_needs_none(host: str) -> None:
    with listen(host, 0) as listener:
        assert address(listener).startswith("http://")
