"""Every route as everybody: what is not allowed by the table is refused."""

import pytest

from server.web.access import PUBLIC, RULES
from tests.support.service import API, COUNTY, OTHER_COUNTY, PEOPLE, Service, digest, tus_headers

ROLES = ("inspector", "supervisor", "administrator")
PLACES = {
    "hex64:op": "0" * 64,
    "hex64:chain": "0" * 64,
    "hex64:sha256": "0" * 64,
    "space:space": COUNTY,
    "kind:kind": "finding",
    "id:id": "none",
    "upload:upload": "0" * 32,
    "int(max=9):level": "0",
    "path:place": "000",
    "int(max=9007199254740991):index": "0",
    "page:path": "index.html",
}
REFUSALS = {401, 403}


def routes(service: Service) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every route, with placeholders filled in."""
    found = []
    for rule in service.app.url_map.iter_rules():
        path = rule.rule
        for name, value in PLACES.items():
            path = path.replace(f"<{name}>", value)
        assert "<" not in path, f"{rule.rule} needs a place in this test"
        methods = rule.methods - ({"HEAD"} if "GET" in rule.methods else set())
        if rule.provide_automatic_options is not False:
            methods = methods - {"OPTIONS"}
        found += [(rule.endpoint, method, path) for method in sorted(methods)]
    return found


def test_every_route_has_a_row_and_every_row_a_route(service: Service) -> None:
    endpoints = {rule.endpoint for rule in service.app.url_map.iter_rules()}
    assert endpoints == set(RULES)


def test_nobody_gets_further_than_the_public_routes(service: Service) -> None:
    for endpoint, method, path in routes(service):
        reply = service.client.open(path, method=method)
        if RULES[endpoint] is PUBLIC:
            assert reply.status_code not in REFUSALS, (endpoint, method)
        else:
            assert (reply.status_code, endpoint) == (401, endpoint)
            assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_each_role_gets_exactly_what_its_row_says(service: Service) -> None:
    for role in ROLES:
        headers = {"Authorization": f"Bearer {service.token(role)}", "Tus-Resumable": "1.0.0"}
        for endpoint, method, path in routes(service):
            if endpoint == "session.end" or RULES[endpoint] is PUBLIC:
                continue
            reply = service.client.open(path, method=method, headers=headers)
            refused = reply.status_code in REFUSALS
            assert refused == (role not in RULES[endpoint].roles), (role, endpoint, reply.text)


def deactivate(service: Service, person: str) -> None:
    from server.services import queries, system

    with service.app.app_context():
        row = queries.row(service.runtime, f"person/{person}")
        base = {"person": person, "base": row["states"]["person"]["op"], "from": "active"}
        system.append(service.runtime, "person.deactivate", base | {"reason": "调离"})


def test_a_deactivated_person_may_bring_learn_its_fate_and_sign_out_and_nothing_else(
    service: Service,
) -> None:
    token = service.token("inspector")
    deactivate(service, "inspector")
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    for endpoint, method, path in routes(service):
        rule = RULES[endpoint]
        if rule is PUBLIC or endpoint == "session.end":
            continue
        reply = service.client.open(path, method=method, headers=headers)
        assert (reply.status_code == 403) == (not rule.deactivated), (endpoint, reply.text)
    assert service.client.delete(f"{API}/session", headers=headers).status_code == 204


def test_a_deactivated_person_learns_of_their_own_records_and_of_nobody_elses(
    service: Service,
) -> None:
    own, boss = service.confirmed_phone("inspector"), service.confirmed_phone("supervisor")
    for person in ("inspector", "supervisor"):
        assert service.ask(person, "GET", "/session").json["active"] is True
        deactivate(service, person)
        assert service.ask(person, "GET", "/session").json["active"] is False
    for login, chain, status in (
        ("inspector", own.chain, 200),
        ("inspector", boss.chain, 403),
        ("supervisor", boss.chain, 200),
        ("supervisor", own.chain, 403),
    ):
        assert service.ask(login, "GET", f"/chains/{chain}/rulings").status_code == status
        assert service.ask(login, "GET", f"/ops/{chain}").status_code == status
    assert service.ask("supervisor", "GET", f"/spaces/{COUNTY}/held").status_code == 403


def test_an_author_reads_what_was_decided_on_their_record_and_why(service: Service) -> None:
    phone, boss = service.confirmed_phone("inspector"), service.confirmed_phone("supervisor")
    enterprise = {"enterprise": "e1", "name": "矿", "trade": "mine", "address": "x"}
    late = phone.capture("enterprise.add", COUNTY, enterprise, ())
    chain = {"target": phone.chain, "cause": "lost", "reason": "遗失"}
    with service.app.app_context():
        from server.services import queries

        state = queries.row(service.runtime, f"chain/{phone.chain}")["states"]["chain"]
    boss.capture("chain.revoke", COUNTY, chain | {"base": state["op"], "from": "active"}, ())
    boss.push()
    assert phone.push()[0]["ruling"]["outcome"] == "quarantined"
    declined = boss.capture("ruling.decline", COUNTY, {"op": late.id, "reason": "无法核对"}, ())
    assert boss.push()[0]["ruling"]["outcome"] == "applied"

    rulings = service.ask("inspector", "GET", f"/chains/{phone.chain}/rulings").json["rulings"]
    assert (rulings[-1]["code"], rulings[-1]["cause"]) == ("declined", declined.id)
    said = service.ask("inspector", "GET", f"/ops/{declined.id}")
    assert "无法核对" in said.json["body"]
    assert service.ask("colleague", "GET", f"/ops/{declined.id}").status_code == 403


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("inspector", 403),
        ("colleague", 403),
        ("administrator", 403),
        ("foreign-supervisor", 403),
        ("supervisor", 200),
    ],
)
def test_what_is_held_is_for_the_supervisors_of_the_space(
    service: Service, login: str, status: int
) -> None:
    reply = service.ask(login, "GET", f"/spaces/{COUNTY}/held?outcome=quarantined")
    assert reply.status_code == status, reply.text


def test_an_endpoint_without_a_row_is_refused(service: Service) -> None:
    service.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    assert service.ask(None, "GET", "/forgotten").status_code == 401
    for login in PEOPLE:
        reply = service.ask(login, "GET", "/forgotten")
        assert (reply.status_code, reply.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("login", "space", "status"),
    [
        ("inspector", COUNTY, 200),
        ("inspector", "common", 200),
        ("inspector", OTHER_COUNTY, 403),
        ("stranger", COUNTY, 403),
        ("foreign-supervisor", COUNTY, 403),
        ("administrator", COUNTY, 200),
        ("inspector", "999999", 403),
    ],
)
def test_rows_are_for_those_who_read_the_space(
    service: Service, login: str, space: str, status: int
) -> None:
    reply = service.ask(login, "GET", f"/spaces/{space}/rows")
    assert reply.status_code == status
    if status == 403:
        assert reply.json["code"] == "space_forbidden"


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ("inspector", 200),
        ("colleague", 403),
        ("stranger", 403),
        ("supervisor", 200),
        ("foreign-supervisor", 403),
        ("administrator", 403),
    ],
)
def test_an_authors_rulings_and_ops_are_theirs_and_their_supervisors(
    service: Service, login: str, status: int
) -> None:
    phone = service.confirmed_phone("inspector")
    assert service.ask(login, "GET", f"/chains/{phone.chain}/rulings").status_code == status
    assert service.ask(login, "GET", f"/ops/{phone.chain}").status_code == status


def test_a_timeline_is_for_those_who_read_the_things_space(service: Service) -> None:
    assert service.ask("stranger", "GET", "/entities/person/inspector/timeline").status_code == 200
    phone = service.confirmed_phone("inspector")
    path = f"/entities/chain/{phone.chain}/timeline"
    assert service.ask("inspector", "GET", path).status_code == 200
    assert service.ask("stranger", "GET", path).status_code == 403


def test_who_carries_an_announced_original_may_bring_it_from_anywhere(service: Service) -> None:
    content = b"<!doctype html><p>record</p>"
    phone = service.confirmed_phone("inspector")
    enterprise = {"enterprise": "e1", "name": "矿", "trade": "mine", "address": "x"}
    phone.capture("enterprise.add", COUNTY, enterprise, ())
    ref = {"sha256": digest(content), "size_bytes": len(content), "media_type": "text/html"}
    announcing(phone, ref)
    phone.push()
    headers = tus_headers(content, media_type="text/html")
    assert service.ask("stranger", "POST", "/uploads", headers=headers).status_code == 201
    headers = tus_headers(content + b"!", media_type="text/html")
    assert service.ask("stranger", "POST", "/uploads", headers=headers).status_code == 403


def announcing(phone: object, ref: dict[str, object]) -> None:
    """Capture an operation that refers to an original; that it is refused does not matter."""
    body = {
        "inspection": "i1",
        "base": phone.chain,
        "from": "in_progress",
        "rendering": ref,
        "recorded": [],
        "findings": [],
        "signatures": [{"signer": "officer", "name": "甲", "image": ref}],
    }
    phone.capture("inspection.sign", COUNTY, body, ())
