import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from samples import FERRY, ROOT, write_corpus

from evqa import Assistant, Settings
from evqa.corpus import parse_article
from evqa.records import article_to_dict

MINUTES = "How many minutes does the ferry crossing take?"
FERRY_TEXT = parse_article("ferry.md", FERRY.encode()).text
WITHOUT_MCP = "import sys; sys.modules['mcp'] = None; from evqa.cli import main; main()"
Json = dict[str, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(folder: Path, port: int, *options: str, python: tuple[str, ...]) -> list[str]:
    places = ["--corpus", str(folder / "corpus"), "--index", str(folder / "index")]
    return [sys.executable, *python, "chat", *places, "--port", str(port), *options]


def environment(**variables: str) -> dict[str, str]:
    return {**os.environ, "EVQA_EMBEDDING_MODEL": "static", "PYTHONUNBUFFERED": "1", **variables}


@contextmanager
def serving(
    folder: Path, *options: str, python: tuple[str, ...] = ("-m", "evqa"), **variables: str
) -> Iterator[str]:
    """A running `evqa chat` over three small articles, and nothing on its error output."""
    write_corpus(folder / "corpus")
    port = free_port()
    errors = folder / "stderr.txt"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            command(folder, port, *options, python=python),
            cwd=folder,
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        assert process.stdout
        try:
            assert process.stdout.readline().startswith("evqa chat: http://"), errors.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
    assert errors.read_text() == ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chat")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as served:
        yield served


@contextmanager
def calling(url: str, **options: Any) -> Iterator[Callable[..., Any]]:
    """Gradio's own client, and what calls an end point through it."""
    client = Client(url, verbose=False, analytics_enabled=False, download_files=False, **options)
    try:
        yield client.predict
    finally:
        client.close()
        for pool in (client.executor, client.helper_executor, client.stream_executor):
            pool.shutdown()


@pytest.fixture(scope="module")
def call(url: str) -> Iterator[Callable[..., Any]]:
    with calling(url) as predict:
        yield predict


@pytest.fixture(scope="module")
def assistant(folder: Path, call: Callable[..., Any]) -> Iterator[Assistant]:
    """What the server answers from, opened here too."""
    call(query="ferry", api_name="/search")
    settings = Settings(index=folder / "index", embedding_model="static")
    with Assistant.open(settings) as opened:
        yield opened


def with_hashes(places: list[Json], assistant: Assistant) -> list[Json]:
    articles = {one.id: one for one in assistant.articles()}
    return [{**place, "sha256": articles[place["article_id"]].sha256} for place in places]


def posted(url: str, name: str, *data: Any) -> httpx.Response:
    return httpx.post(f"{url}/gradio_api/run/{name}", json={"data": data}, timeout=60)


def over_mcp(url: str, *calls: tuple[str, Json], **headers: str) -> list[tuple[bool, str]]:
    """What tools give: whether it is an error, and its text."""

    async def run() -> list[tuple[bool, str]]:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(f"{url}/gradio_api/mcp/", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            results = [await session.call_tool(*each) for each in calls]
            return [
                (bool(result.isError), "".join(part.text for part in result.content))
                for result in results
            ]

    return asyncio.run(run())


def test_an_answer_is_that_of_the_assistant_with_the_hash_of_each_article(
    call: Callable[..., Any], assistant: Assistant
) -> None:
    given = call(question=MINUTES, api_name="/ask")
    expected = assistant.ask(MINUTES).to_dict()
    timings = given.pop("timings")
    assert timings.keys() == expected.pop("timings").keys()
    expected["quotes"] = with_hashes(expected["quotes"], assistant)
    expected["hits"] = with_hashes(expected["hits"], assistant)
    assert given == expected
    (found,) = given["quotes"]
    assert FERRY_TEXT[found["start"] : found["end"]] == found["text"]
    assert (found["article_id"], found["source"], found["published"], found["url"]) == (
        "ferry.md",
        "Port Gazette",
        "2025-03-04",
        "https://gazette.example/ferry",
    )


def test_a_follow_up_takes_the_turns_before_it(call: Callable[..., Any]) -> None:
    first = "Where were the batteries of the ferry Solveig made?"
    answer = call(question=first, api_name="/ask")
    turns = [{"question": first, "answer": answer["text"]}]
    follow_up = call(question="And how much does a ticket cost?", history=turns, api_name="/ask")
    assert follow_up["question"] == "And how much does a ticket cost?"
    assert "ticket" in follow_up["standalone_question"]


def test_a_question_that_the_articles_do_not_answer_is_refused(call: Callable[..., Any]) -> None:
    answer = call(question="Who won the chess championship in Reykjavik?", api_name="/ask")
    assert (answer["answered"], answer["quotes"]) == (False, [])
    assert answer["text"].startswith("The articles don't say.")


def test_only_the_articles_chosen_are_asked_and_searched(call: Callable[..., Any]) -> None:
    filters = {"articles": ["bees.txt"]}
    answer = call(question=MINUTES, filters=filters, api_name="/ask")
    assert (answer["answered"], answer["filters"]["articles"]) == (False, ["bees.txt"])
    assert {hit["article_id"] for hit in answer["hits"]} == {"bees.txt"}
    hits = call(query=MINUTES, k=9, filters=filters, api_name="/search")
    assert {hit["article_id"] for hit in hits} == {"bees.txt"}


def test_a_search_gives_as_many_passages_as_asked(
    call: Callable[..., Any], assistant: Assistant
) -> None:
    hits = call(query="beehives on the roofs", k=2, api_name="/search")
    assert hits[0]["article_id"] == "bees.txt"
    assert len(hits) == 2
    assert hits == with_hashes([{**hit} for hit in hits], assistant)
    texts = {one.id: one.text for one in assistant.articles()}
    assert [texts[hit["article_id"]][hit["start"] : hit["end"]] for hit in hits] == [
        hit["text"] for hit in hits
    ]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("A ticket costs 42 kroner.", "exact"),
        ("The harbour ferry Solveig … after eleven weeks in dock.", "shortened"),
        ("The crossing now takes 18 minutes, two minutes longer than before.", "near"),
        ("Nobody saw the comet over Ljubljana.", "none"),
    ],
)
def test_a_quotation_is_traced(
    call: Callable[..., Any], assistant: Assistant, text: str, verdict: str
) -> None:
    traced = call(text=text, api_name="/trace")
    assert traced["verdict"] == verdict
    expected = assistant.trace(text).to_dict()
    places = [
        {**place, "quotes": with_hashes(place["quotes"], assistant)} for place in expected["places"]
    ]
    assert traced == {**expected, "places": places}


def test_articles_are_listed_by_pages_and_read_one_by_one(
    call: Callable[..., Any], assistant: Assistant
) -> None:
    everything = [article_to_dict(one) for one in assistant.articles()]
    assert call(api_name="/articles") == {"total": 3, "articles": everything}
    page = call(start=1, count=1, api_name="/articles")
    assert page == {"total": 3, "articles": everything[1:2]}
    assert call(start=9, api_name="/articles") == {"total": 3, "articles": []}
    whole = call(article_id="ferry.md", api_name="/articles")
    assert whole == {"total": 1, "articles": [{**everything[2], "text": FERRY_TEXT}]}


@pytest.mark.parametrize(
    ("name", "values", "line"),
    [
        ("ask", {"question": " "}, "The question has no words. Ask it in a sentence."),
        ("ask", {"question": "?" * 1001}, "The question has 1,001 characters; 1,000 is the most."),
        ("ask", {"question": 5}, "question is not what it has to be: Input should be a valid str"),
        ("ask", {"question": "When?", "history": "then"}, "history is not what it has to be: "),
        ("ask", {"question": "When?", "history": [{}] * 21}, "history is not what it has to be: "),
        ("ask", {"question": "When?", "history": [{"answer": "1"}]}, "history.0.question is not "),
        ("ask", {"question": "When?", "filters": {"outlet": ["A"]}}, "filters.outlet is not what "),
        (
            "ask",
            {"question": "When?", "filters": {"outlets": ["A"]}},
            "There are no articles of A.",
        ),
        ("search", {"query": "b", "filters": {"published_to": "May"}}, "'May' is no day. Write it"),
        ("search", {"query": "bees", "k": 51}, "k is not what it has to be: Input should be less"),
        ("search", {"query": "bees", "k": 0}, "k is not what it has to be: Input should be great"),
        ("search", {"query": "bees", "k": 1.5}, "k is not what it has to be: Input should be a "),
        ("trace", {"text": "word " * 1001}, "The text has 5,005 characters; 5,000 is the most."),
        ("articles", {"count": 201}, "count is not what it has to be: Input should be less than"),
        ("articles", {"start": -1}, "start is not what it has to be: Input should be greater"),
        ("articles", {"article_id": "../../etc/passwd"}, "There is no article of this id."),
    ],
)
def test_what_cannot_be_asked_is_refused_with_one_line(
    call: Callable[..., Any], url: str, name: str, values: Json, line: str
) -> None:
    with pytest.raises(AppError) as caught:
        call(**values, api_name=f"/{name}")
    message = caught.value.message
    assert message.startswith(line)
    assert "\n" not in message
    events = httpx.post(f"{url}/gradio_api/call/v2/{name}", json=values).json()
    result = httpx.get(f"{url}/gradio_api/call/{name}/{events['event_id']}", timeout=60).text
    event, _, data = result.strip().partition("\ndata: ")
    assert (event, json.loads(data)["error"]) == ("event: error", message)


def test_programs_see_four_documented_end_points_and_nothing_else(url: str) -> None:
    listed = httpx.get(f"{url}/gradio_api/info").json()
    names = ["/ask", "/search", "/trace", "/articles"]
    assert list(listed["named_endpoints"]) == names
    assert listed["unnamed_endpoints"] == {}
    assert all(len(one["description"]) > 60 for one in listed["named_endpoints"].values())
    assert [
        (one["parameter_name"], one["python_type"]["type"], one["parameter_default"])
        for name in names
        for one in listed["named_endpoints"][name]["parameters"]
    ] == [
        ("question", "str", None),
        ("history", "None | list[dict(str, str)]", None),
        ("filters", "None | dict(str, Any)", None),
        ("query", "str", None),
        ("k", "int", 5),
        ("filters", "None | dict(str, Any)", None),
        ("text", "str", None),
        ("article_id", "str", ""),
        ("start", "int", 0),
        ("count", "int", 50),
    ]
    config = httpx.get(f"{url}/config").json()
    private = {one["api_name"] for one in config["dependencies"]} - {name[1:] for name in names}
    assert private
    for name in private:
        assert posted(url, name).status_code == 404


def test_the_tools_are_described_with_their_parameters(url: str) -> None:
    async def tools() -> list[Any]:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return (await session.list_tools()).tools

    listed = asyncio.run(tools())
    assert [tool.name for tool in listed] == ["ask", "search", "trace", "articles"]
    for tool in listed:
        assert len(tool.description) > 60
        assert all(each["description"] for each in tool.inputSchema["properties"].values())
    assert [tool.inputSchema.get("required") for tool in listed] == [
        ["question"],
        ["query"],
        ["text"],
        None,
    ]
    assert listed[1].inputSchema["properties"]["k"] == {
        "type": "integer",
        "description": "How many passages, 1 to 50.",
        "default": 5,
    }


def test_an_assistant_gets_over_mcp_what_a_program_gets(url: str, call: Callable[..., Any]) -> None:
    arguments: list[tuple[str, Json]] = [
        ("search", {"query": "hives", "k": 1}),
        ("trace", {"text": "A ticket costs 42 kroner."}),
        ("articles", {"count": 2}),
        ("articles", {"article_id": "archiv/brücke.md"}),
    ]
    results = over_mcp(url, *arguments, ("ask", {"question": MINUTES}))
    assert [failed for failed, _ in results] == [False] * 5
    assert [json.loads(text) for _, text in results[:4]] == [
        call(**values, api_name=f"/{name}") for name, values in arguments
    ]
    answer = json.loads(results[4][1])
    assert answer["quotes"] == call(question=MINUTES, api_name="/ask")["quotes"]


def test_a_tool_says_in_one_line_what_is_wrong(url: str) -> None:
    assert over_mcp(
        url,
        ("ask", {"question": ""}),
        ("ask", {}),
        ("search", {"query": "bees", "k": 51}),
        ("articles", {"article_id": "/etc/passwd"}),
    ) == [
        (True, "The question has no words. Ask it in a sentence."),
        (True, "Input validation error: 'question' is a required property"),
        (True, "k is not what it has to be: Input should be less than or equal to 50."),
        (True, "There is no article of this id. List the articles without one."),
    ]


def test_a_name_or_a_page_of_elsewhere_gets_nothing(url: str) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/"):
        assert httpx.get(url + path, headers={"Host": "evil.example"}).status_code == 421
        assert httpx.get(url + path, headers={"Origin": "http://evil.example"}).status_code == 403
    body = '{"data": ["When?", null]}'
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        plain = {**headers, "Content-Type": "text/plain"}
        refused = httpx.post(f"{url}/gradio_api/run/ask", content=body, headers=plain)
        assert (refused.status_code, refused.text) == (
            403,
            "Pages of other sites may not ask evqa.\n",
        )
        assert "access-control-allow-origin" not in refused.headers


def test_no_file_can_be_read_or_left(url: str, folder: Path) -> None:
    secret = folder / "secret.txt"
    secret.write_text("the harbour master's diary")
    kept = [path for path in (folder / "index").rglob("*") if path.is_file()]
    named = ["/etc/passwd", str(secret), str(folder / "corpus" / "ferry.md"), *map(str, kept[:2])]
    assert len(named) == 5
    dots = "../" * 12
    ways = [
        *("/gradio_api/file=", "/gradio_api/file/", "/file=", "/file/", "/gradio_api/stream/"),
        *("/gradio_api/proxy=file://", "/static/", "/assets/", "/svelte/", f"/static/{dots}"),
        *(f"/assets/{dots}", f"/theme.css/{dots}", "/gradio_api/%66ile=", "//gradio_api/file="),
        *("/GRADIO_API/FILE=", "/gradio_api/./file=", "/gradio_api/x/../file="),
        *("/gradio_api/custom_component/1/component/x/", "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e"),
    ]
    host, port = url.removeprefix("http://").split(":")
    for way in ways:
        for name in named:
            for spelled in (quote(name), quote(name, safe="")):
                answer = raw(host, int(port), f"GET {way}{spelled} HTTP/1.1")
                assert re.match(rb"HTTP/1\.1 (4\d\d|500) ", answer), (way, name, answer[:200])
                assert Path(name).read_bytes()[:40] not in answer or not Path(name).stat().st_size
    upload = {"files": ("a.txt", b"x")}
    assert httpx.post(f"{url}/gradio_api/upload", files=upload).status_code == 404
    assert httpx.post(f"{url}/gradio_api/call/ask", files=upload).status_code == 400
    assert httpx.get(f"{url}/gradio_api/deep_link?session_hash=x").status_code == 404
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    assert posted(url, "search", file, 1).status_code == 415


def raw(host: str, port: int, request_line: str) -> bytes:
    """The answer to a request whose path is sent as it is."""
    with socket.create_connection((host, port), timeout=60) as connection:
        lines = f"{request_line}\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        connection.sendall(lines.encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_other_machines_are_let_in_with_a_password_only(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    for variables in ({}, {"EVQA_AUTH": ""}):
        done = subprocess.run(
            command(tmp_path, free_port(), "--host", "0.0.0.0", python=("-m", "evqa")),
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            "evqa: On 0.0.0.0, other machines can reach evqa, so it needs a password."
            ' Set EVQA_AUTH="user:password", or leave out --host.\n',
        )
    assert not (tmp_path / "index").exists()
    with serving(tmp_path, "--host", "0.0.0.0", EVQA_AUTH="reader:pä:ss") as url:
        for path in (
            "/",
            "/config",
            "/theme.css",
            "/gradio_api/mcp/",
            "/gradio_api/startup-events",
        ):
            assert httpx.get(url + path).status_code == 401
        assert posted(url, "ask", MINUTES, None).status_code == 401
        basic = httpx.BasicAuth("reader", "pä:ss")
        header = next(basic.auth_flow(httpx.Request("GET", url))).headers["Authorization"]
        assert httpx.get(url, auth=basic).status_code == 200
        named = {"Host": "news.example", "Authorization": header}
        assert httpx.get(url, headers=named).status_code == 200
        with calling(url, headers={"Authorization": header}) as call:
            assert call(api_name="/articles")["total"] == 3
        ((failed, text),) = over_mcp(url, ("articles", {}), Authorization=header)
        assert (failed, json.loads(text)["total"]) == (False, 3)


def test_without_the_package_mcp_there_are_the_end_points_alone(tmp_path: Path) -> None:
    with serving(tmp_path, python=("-c", WITHOUT_MCP)) as url:
        assert posted(url, "articles", "", 0, 50).json()["data"][0]["total"] == 3
        assert httpx.get(f"{url}/gradio_api/mcp/").status_code == 404


def test_the_readmes_program_runs(url: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (program,) = re.findall(r"^```py\n(.*?)^```$", readme, re.M | re.S)
    program = program.replace("http://127.0.0.1:7860", url).replace(
        "Why was a YU7 on I-5?", MINUTES
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "The crossing now takes 17 minutes" in done.stdout
