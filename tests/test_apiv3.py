"""API v3: its dialects, its errors, several calls at once; sessions and tokens, with the vendor's client."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from KalturaClient import KalturaClient, KalturaConfiguration
from KalturaClient.exceptions import KalturaException
from KalturaClient.Plugins.Core import (
    KalturaAppToken,
    KalturaAppTokenHashType,
    KalturaSessionType,
)

from rostra import __version__
from rostra.apiv3.answer import Thing, as_json, as_xml
from rostra.apiv3.errors import ApiError
from rostra.apiv3.many import resolved
from rostra.apiv3.tree import from_json, from_pairs, listed
from rostra.errors import RostraError
from serving import PARTNER, SECRET, USER_SECRET, serving


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def client(origin: str) -> KalturaClient:
    """The vendor's client, with an administrator's session that it made itself."""
    made = visitor(origin)
    made.setKs(made.generateSessionV2(SECRET, "root", KalturaSessionType.ADMIN, PARTNER, 3600, ""))
    return made


def visitor(origin: str) -> KalturaClient:
    """The vendor's client without a session."""
    config = KalturaConfiguration(PARTNER)
    config.serviceUrl = origin
    return KalturaClient(config)


def ask(origin: str, path: str, **fields: object) -> object:
    """An answer in JSON."""
    answer = httpx.post(f"{origin}/api_v3/{path}", json={"format": 1, **fields})
    assert answer.status_code == 200
    return answer.json()


def started(origin: str, **fields: object) -> str:
    given = {"secret": SECRET, "partnerId": PARTNER, **fields}
    ks = ask(origin, "service/session/action/start", **given)
    assert isinstance(ks, str), ks
    return ks


# Trees


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("a", "1"), ("b[c]", "2"), ("b[d][e]", "3")], {"a": "1", "b": {"c": "2", "d": {"e": "3"}}}),
        ([("b:c", "2"), ("b:d:e", "3")], {"b": {"c": "2", "d": {"e": "3"}}}),
        ([("none[-]", ""), ("gone__null", "")], {"none": [], "gone": None}),
        ([("[]", "x"), ("", "y")], {}),
    ],
)
def test_forms_become_trees(pairs, tree):
    assert from_pairs(pairs) == tree


def test_numbered_keys_are_a_list_in_the_order_of_numbers():
    read = from_pairs([("i[10][x]", "c"), ("i[2][x]", "b"), ("i[0][x]", "a")])
    assert listed(read["i"]) == [{"x": "a"}, {"x": "b"}, {"x": "c"}]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"a":' * 100 + b"1" + b"}" * 100, b"[" * 100_000])
def test_json_that_is_none_or_too_deep_is_refused(body: bytes):
    with pytest.raises(RostraError):
        from_json(body)


def test_a_form_with_too_many_fields_is_refused():
    with pytest.raises(RostraError):
        from_pairs((f"a[{number}]", "x") for number in range(6000))


# Answers


def test_xml_has_the_shapes_that_clients_expect():
    thing = Thing("KalturaX", {"id": "1_a", "yes": True, "no": False, "none": None, "list": [1, "b"]})
    root = ElementTree.fromstring(as_xml([thing, {"k": "<&>"}, "bad\x00\ufffe"], 0.5))
    first, second, third = root.findall("result/item")
    assert [child.tag for child in first] == ["objectType", "id", "yes", "no", "list"]
    assert (first.findtext("yes"), first.findtext("no")) == ("1", "0")
    assert [item.text for item in first.find("list")] == ["1", "b"]
    assert (second.findtext("item/itemKey"), "".join(second.itertext())) == ("k", "k<&>")
    assert third.text == "bad"
    assert root.findtext("executionTime") == "0.500000"


def test_nothing_is_an_empty_result():
    assert b"<result></result>" in as_xml(None, 0)
    assert as_json(None) == b"null"


def test_an_error_names_what_it_is_about():
    error = ApiError("ENTRY_ID_NOT_FOUND", 'Entry id "1_z" not found', ENTRY_ID="1_z")
    assert json.loads(as_json(error))["args"] == {"ENTRY_ID": "1_z"}
    root = ElementTree.fromstring(as_xml(error, 0))
    assert root.findtext("result/error/code") == "ENTRY_ID_NOT_FOUND"


def test_references_are_replaced_wherever_they_stand():
    results = [Thing("X", {"id": "1_a", "list": [{"n": 7}]}), "ks", ApiError("BAD", "bad")]
    given = {"a": "{1:result:id}", "b": ["x-{2:result}-{1:result:list:0:n}"], "c": "{plain}"}
    assert resolved(given, results) == {"a": "1_a", "b": ["x-ks-7"], "c": "{plain}"}
    for broken in ("{3:result}", "{4:result}", "{1:result:none}", "{0:result}", "{1:result:list:9}"):
        with pytest.raises(ApiError):
            resolved(broken, results)


# The dialects


def test_all_ways_of_asking_give_the_same(origin: str):
    url, asked = f"{origin}/api_v3/service/system/action/getVersion", {"format": "1"}
    answers = [
        httpx.post(url, json=asked),
        httpx.post(url, json={"format": 1}),
        httpx.post(url, data=asked),
        httpx.post(url, data=asked, files={"x": b"y"}),
        httpx.post(url, data={"json": '{"format": 1}'}, files={"x": b"y"}),
        httpx.get(url, params=asked),
        httpx.get(f"{url}/format/1"),
        httpx.get(f"{origin}/api_v3/index.php?service=SYSTEM&action=getversion&format=1"),
        httpx.get(f"{origin}/api_v3/?service=system&action=getVersion&format=1"),
        httpx.get(f"{origin}/api_v3?service=system&action=getVersion&format=1"),
    ]
    assert [answer.json() for answer in answers] == [__version__] * len(answers)
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}


def test_without_a_format_the_answer_is_xml(origin: str):
    for form in ({}, {"format": "3"}, {"format": "2"}):
        answer = httpx.post(f"{origin}/api_v3/service/system/action/ping", data=form)
        assert answer.headers["content-type"].startswith("text/xml")
        assert ElementTree.fromstring(answer.content).findtext("result") == "1"


def test_browsers_may_ask_from_anywhere(origin: str):
    answer = httpx.options(f"{origin}/api_v3/service/system/action/ping", headers={"Origin": "null"})
    assert answer.status_code == 204
    assert "x-kaltura-ks" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("service/nothing/action/get", {}, "SERVICE_DOES_NOT_EXISTS"),
        ("service/session/action/nothing", {}, "ACTION_DOES_NOT_EXISTS"),
        ("", {}, "SERVICE_DOES_NOT_EXISTS"),
        ("service/session/action/start", {}, "MANDATORY_PARAMETER_MISSING"),
        ("service/session/action/start", {"secret": "x", "partnerId": "many"}, "INVALID_FIELD_VALUE"),
        ("service/session/action/start", {"secret": {"a": "b"}, "partnerId": 1}, "INVALID_FIELD_VALUE"),
        ("service/session/action/start", {"secret": "x", "partnerId": 7}, "START_SESSION_ERROR"),
        ("service/session/action/get", {}, "MISSING_KS"),
        ("service/session/action/get", {"ks": "nonsense"}, "INVALID_KS"),
        ("service/session/action/startWidgetSession", {"widgetId": "_1"}, "INVALID_WIDGET_ID"),
        ("service/session/action/startWidgetSession", {"widgetId": "700"}, "INVALID_WIDGET_ID"),
    ],
)
def test_errors_are_answers_with_a_code(origin: str, path: str, fields: dict[str, object], code: str):
    answer = ask(origin, path, **fields)
    assert answer["code"] == code, answer
    assert answer["objectType"] == "KalturaAPIException"
    assert answer["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a":' * 60 + b"1" + b"}" * 60])
def test_a_body_that_cannot_be_read_is_told(origin: str, body: bytes):
    answer = httpx.post(
        f"{origin}/api_v3/service/system/action/ping?format=1",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.json()["code"] == "INVALID_FIELD_VALUE"


def test_a_body_that_is_too_large_is_refused(origin: str):
    url = f"{origin}/api_v3/service/system/action/ping?format=1"
    assert httpx.post(url, data={"x": "y" * (9 << 20)}).json()["code"] == "MAX_FILE_SIZE_EXCEEDED"
    assert httpx.post(url, files={"x": b"y" * (21 << 20)}).json()["code"] == "MAX_FILE_SIZE_EXCEEDED"


def test_long_answers_are_packed(origin: str):
    ks = started(origin, privileges="x:" + "y" * 2000)
    answer = httpx.post(f"{origin}/api_v3/service/session/action/get", data={"ks": ks, "format": 1})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["ks"] == ks


# Several calls at once


@pytest.mark.parametrize("first", [0, 1, 5])
def test_later_calls_use_what_earlier_ones_gave(origin: str, first: int):
    calls = {
        str(first): {"service": "session", "action": "start", "secret": SECRET, "partnerId": PARTNER},
        str(first + 1): {"service": "session", "action": "get", "ks": "{1:result}"},
        str(first + 2): {
            "service": "session",
            "action": "get",
            "ks": "{1:result}",
            "session": "{2:result:ks}",
        },
    }
    text, one, two = ask(origin, "service/multirequest", **calls)
    assert one["ks"] == two["ks"] == text


def test_a_failed_call_fails_only_those_that_need_it(origin: str):
    form = {
        "format": "1",
        "1:service": "session", "1:action": "start", "1:secret": "wrong", "1:partnerId": "41",
        "2:service": "session", "2:action": "get", "2:ks": "{1:result}",
        "3:service": "system", "3:action": "ping",
    }  # fmt: skip
    bad, needs, fine = httpx.post(f"{origin}/api_v3/service/multirequest", data=form).json()
    assert (bad["code"], needs["code"], fine) == ("START_SESSION_ERROR", "INVALID_MULTIREQUEST_TOKEN", True)


def test_too_many_calls_are_refused(origin: str):
    calls = {str(number): {"service": "system", "action": "ping"} for number in range(51)}
    assert ask(origin, "service/multirequest", **calls)["code"] == "MAX_CALLS_EXCEEDED"


# Sessions


def test_the_vendors_client_starts_looks_at_and_ends_a_session(origin: str):
    client = visitor(origin)
    ks = client.session.start(SECRET, "ana", KalturaSessionType.USER, PARTNER, 600, "sview:*")
    client.setKs(ks)
    info = client.session.get()
    assert (info.userId, info.partnerId, info.privileges) == ("ana", PARTNER, "sview:*")
    assert info.sessionType.getValue() == KalturaSessionType.USER
    assert abs(info.expiry - time.time() - 600) < 60
    client.session.end()
    with pytest.raises(KalturaException) as refused:
        client.session.get()
    assert refused.value.code == "INVALID_KS"
    assert "LOGOUT" in refused.value.message


def test_a_session_that_the_client_signs_itself_is_good(client: KalturaClient):
    assert client.system.ping() is True
    assert client.session.get().userId == "root"


def test_the_vendors_client_asks_several_things_at_once(origin: str):
    client = visitor(origin)
    client.startMultiRequest()
    client.session.start(SECRET, "ana", KalturaSessionType.USER, PARTNER)
    client.setKs("{1:result}")
    client.session.get()
    client.system.ping()
    ks, info, alive = client.doMultiRequest()
    assert info.ks == ks
    assert alive in (True, "1")


def test_the_user_secret_starts_users_only(origin: str):
    assert started(origin, secret=USER_SECRET, type=0)
    refused = ask(
        origin, "service/session/action/start", secret=USER_SECRET, partnerId=PARTNER, type=2, address="x"
    )
    assert refused["code"] == "START_SESSION_ERROR"


def test_privileges_are_checked_at_the_start(origin: str):
    for privileges, code in (
        ("actionslimit:0", "INVALID_ACTIONS_LIMIT"),
        ("setrole:-5", "INVALID_SET_ROLE"),
        ("setrole:KING", "UNKNOWN_ROLE_ID"),
    ):
        fields = {"secret": SECRET, "partnerId": PARTNER, "privileges": privileges}
        assert ask(origin, "service/session/action/start", **fields)["code"] == code


def test_places_budgets_and_roles_bind_a_session(origin: str):
    path = "service/session/action/get"
    elsewhere = started(origin, privileges="urirestrict:/api/v1/*")
    assert ask(origin, path, ks=elsewhere)["args"]["ERR_DESC"] == "EXCEEDED_RESTRICTED_URI"
    here = started(origin, privileges="urirestrict:/api_v3/service/session/*")
    assert ask(origin, path, ks=here)["ks"] == here
    twice = started(origin, privileges="actionslimit:2")
    codes = [ask(origin, path, ks=twice).get("code") for _ in range(3)]
    assert codes == [None, None, "INVALID_KS"]
    foreign = started(origin, privileges="iprestrict:10.1.2.3")
    assert ask(origin, path, ks=foreign)["args"]["ERR_CODE"] == "-9"
    player = started(origin, type=2, privileges="setrole:PLAYBACK_BASE_ROLE")
    token = {"objectType": "KalturaAppToken"}
    refused = ask(origin, "service/appToken/action/add", ks=player, appToken=token)
    assert refused["code"] == "SERVICE_FORBIDDEN"


def test_guessing_secrets_is_stopped(tmp_path: Path):
    with serving(tmp_path) as own:
        path = "service/session/action/start"
        for _ in range(10):
            assert ask(own, path, secret="guess", partnerId=PARTNER)["code"] == "START_SESSION_ERROR"
        assert ask(own, path, secret=SECRET, partnerId=PARTNER)["code"] == "START_SESSION_ERROR"


# Application tokens


def token_of(hash_type: str = KalturaAppTokenHashType.SHA256, **values: object) -> KalturaAppToken:
    token = KalturaAppToken()
    token.hashType = hash_type
    for name, value in values.items():
        setattr(token, name, value)
    return token


def shown(hash_type: str, ks: str, token: str) -> str:
    return hashlib.new(hash_type, (ks + token).encode()).hexdigest()


@pytest.mark.parametrize("hash_type", ["MD5", "SHA1", "SHA256", "SHA512"])
def test_an_application_starts_a_session_with_its_token(client: KalturaClient, origin: str, hash_type: str):
    made = client.appToken.add(
        token_of(hash_type, sessionPrivileges="sview:*", sessionDuration=900, sessionUserId="robot")
    )
    app = visitor(origin)
    widget = app.session.startWidgetSession(f"_{PARTNER}")
    assert (widget.partnerId, widget.userId) == (PARTNER, "0")
    app.setKs(widget.ks)
    info = app.appToken.startSession(
        made.id, shown(hash_type, widget.ks, made.token), "ana", None, 5000, "iprestrict:127.0.0.1,edit:*"
    )
    assert (info.userId, info.privileges) == (
        "robot", f"sview:*,iprestrict:127.0.0.1,apptoken:{made.id}",
    )  # fmt: skip
    assert info.expiry - time.time() < 901
    app.setKs(info.ks)
    assert app.session.get().userId == "robot"


def test_a_token_that_is_not_shown_not_there_off_or_over_starts_nothing(client: KalturaClient, origin: str):
    app = visitor(origin)
    app.setKs(app.session.startWidgetSession(f"_{PARTNER}").ks)
    made = client.appToken.add(token_of())
    off = client.appToken.add(token_of())
    changed = {"objectType": "KalturaAppToken", "status": 1}
    off_now = ask(
        origin, "service/appToken/action/update", ks=client.getKs().decode(), id=off.id, appToken=changed
    )
    assert off_now["status"] == 1
    over = client.appToken.add(token_of(expiry=int(time.time()) - 10))
    gone = client.appToken.add(token_of())
    client.appToken.delete(gone.id)
    for token, text, code in (
        (made, "wrong", "INVALID_APP_TOKEN_HASH"),
        (off, off.token, "APP_TOKEN_NOT_ACTIVE"),
        (over, over.token, "EXPIRED_TOKEN"),
        (gone, gone.token, "INVALID_APP_TOKEN_ID"),
    ):
        with pytest.raises(KalturaException) as refused:
            app.appToken.startSession(token.id, shown("SHA256", app.getKs(), text))
        assert refused.value.code == code


def test_tokens_are_listed_changed_and_deleted(client: KalturaClient):
    mark = uuid.uuid4().hex
    made = [client.appToken.add(token_of(description=f"{mark} {number}")) for number in range(3)]
    found = client.appToken.list()
    assert {one.id for one in made} <= {one.id for one in found.objects}
    assert client.appToken.update(made[0].id, token_of(description="new")).description == "new"
    with pytest.raises(KalturaException) as refused:
        client.appToken.update(made[0].id, token_of("MD5"))
    assert refused.value.code == "PROPERTY_VALIDATION_NOT_UPDATABLE"
    client.appToken.delete(made[1].id)
    assert made[1].id not in {one.id for one in client.appToken.list().objects}
    with pytest.raises(KalturaException):
        client.appToken.get(made[1].id)


def test_users_and_widgets_make_no_tokens(origin: str):
    widget = ask(origin, "service/session/action/startWidgetSession", widgetId=f"_{PARTNER}")["ks"]
    for ks in (started(origin, type=0), widget):
        refused = ask(origin, "service/appToken/action/add", ks=ks, appToken={"hashType": "SHA1"})
        assert refused["code"] == "SERVICE_FORBIDDEN"
    wrong = ask(
        origin, "service/appToken/action/add", ks=started(origin, type=2), appToken={"objectType": "X"}
    )
    assert wrong["code"] == "INVALID_OBJECT_TYPE"


# Health


def test_the_server_tells_that_it_lives(origin: str):
    assert httpx.get(f"{origin}/healthz").text == "ok"
    ready = httpx.get(f"{origin}/readyz").json()
    assert ready["database"] is True
    assert (ready["live"]["sessions"], ready["live"]["capacity"]) == (0, 3)
    assert httpx.get(f"{origin}/openapi.json").json()["info"]["title"] == "Rostra"
    assert httpx.get(f"{origin}/", follow_redirects=True).url.path == "/docs"
