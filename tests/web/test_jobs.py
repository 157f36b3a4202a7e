"""Jobs: their line, their end, and what the verbs are told; a small task stands in for networks."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from antiphon import registry
from antiphon.errors import AntiphonError
from antiphon.music.piece import Piece
from antiphon.music.plan import Plan
from antiphon.web import _tasks, _verbs
from antiphon.web._jobs import Jobs, QueueFull
from antiphon.web._line import Job, Order, in_groups, in_turn
from antiphon.web._settings import Limits
from antiphon.web._worker import Stopped


class Stand:
    """A worker that waits until it may go on; no process, no network."""

    def __init__(self, *_: Any) -> None:
        self.go = self.is_stopped = False
        self.groups: list[list[str]] = []  # verbs that were carried out together

    def start(self) -> None:
        pass

    close = start

    def stop(self) -> None:
        self.is_stopped = True

    def run(self, _task, asked, *, timeout_s, progress):  # type: ignore[no-untyped-def]
        self.groups.append([verb for verb, *_ in asked])
        while not self.go:
            if self.is_stopped:
                self.is_stopped = False
                raise Stopped
            time.sleep(0.005)
        titles = [plan.title for _, _, plan, _ in asked]
        if "wrong" in titles and len(asked) == 1:
            raise AntiphonError("The piece has no bar 99.")
        if "broken" in titles:
            raise RuntimeError("inside")
        progress((len(asked) - 1, 1))
        return [
            "The piece has no bar 99."
            if plan.title == "wrong"
            else [_tasks.Made(Piece(), {"seed": plan.seed}, None)]
            for _, _, plan, _ in asked
        ]


@pytest.fixture
def line(monkeypatch):
    """Jobs with one stand-in worker; takes are called by their plan's seed."""
    monkeypatch.setattr("antiphon.web._jobs.Worker", Stand)

    def keep(_order: Order, made: list[_tasks.Made]) -> list[str]:
        return [f"take {one.plan['seed']}" for one in made]

    jobs = Jobs(Limits(waiting_jobs=4), 1, keep)
    jobs.open()
    yield jobs
    jobs.close()


def order(seed: int = 0, verb: str = "vary", project: str = "p", **plan: Any) -> Order:
    return Order(project, verb, [], Plan(seed=seed, **plan), {}, n_bars=16)


def until(jobs: Jobs, job: dict[str, Any], *states: str) -> dict[str, Any]:
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        told = jobs.told(job["id"])
        if told["state"] in states:
            return told
        time.sleep(0.005)
    raise AssertionError(told)


def test_a_job_runs_and_names_its_takes(line):
    job = line.add(order(seed=7))
    assert until(line, job, "running")["progress"] < 1
    line._workers[0].go = True
    done = until(line, job, "done")
    assert (done["takes"], done["progress"], done["eta_s"]) == (["take 7"], 1.0, None)


def test_jobs_wait_in_line_and_the_line_is_bounded(line):
    running = line.add(order())
    until(line, running, "running")
    waiting = [line.add(order(seed)) for seed in range(1, 5)]
    told = [line.told(job["id"]) for job in waiting]
    assert [job["place"] for job in told] == [0, 1, 2, 3]
    assert told[1]["eta_s"] > told[0]["eta_s"] > 0
    with pytest.raises(QueueFull, match="4 jobs are waiting"):
        line.add(order(5))
    line._workers[0].go = True
    assert until(line, waiting[3], "done")["takes"] == ["take 4"]


def test_a_waiting_job_leaves_the_line_and_a_running_one_stops(line):
    running = line.add(order())
    until(line, running, "running")
    waiting = line.add(order(1))
    assert line.cancel(waiting["id"])["state"] == "cancelled"
    assert line.cancel(running["id"])["state"] == "cancelled"
    after = line.add(order(2))
    line._workers[0].go = True
    assert until(line, after, "done")["takes"] == ["take 2"]
    assert line.told(waiting["id"])["takes"] == line.told(running["id"])["takes"] == []


@pytest.mark.parametrize(
    ("title", "said"),
    [("wrong", "The piece has no bar 99."), ("broken", "Something went wrong here")],
)
def test_what_fails_says_why_and_the_next_one_runs(line, title, said):
    line._workers[0].go = True
    assert said in until(line, line.add(order(title=title)), "failed")["message"]
    until(line, line.add(order()), "done")


def test_orders_that_are_alike_are_carried_out_together(line):
    until(line, line.add(order()), "running")
    alike = [line.add(order(seed, "compose", f"p{seed}", bars=16)) for seed in (1, 2, 3)]
    assert [line.told(job["id"])["place"] for job in alike] == [0, 1, 2]
    waits = [line.told(job["id"])["eta_s"] for job in alike]
    assert max(waits) - min(waits) < 0.3  # they come at once
    line._workers[0].go = True
    done = [until(line, job, "done")["takes"] for job in alike]
    assert done == [["take 1"], ["take 2"], ["take 3"]]
    assert line._workers[0].groups == [["vary"], ["compose"] * 3]


def together(line, *titles: str) -> list[dict[str, Any]]:
    """Let orders that are alike begin together."""
    first = line.add(order())
    until(line, first, "running")
    jobs = [line.add(order(n, "compose", f"p{n}", title=t)) for n, t in enumerate(titles)]
    line.cancel(first["id"])
    until(line, jobs[0], "running")
    return jobs


def test_one_of_several_is_stopped_and_the_others_are_done(line):
    jobs = together(line, "", "", "")
    assert line.cancel(jobs[1]["id"])["state"] == "cancelled"
    line._workers[0].go = True
    assert until(line, jobs[2], "done")["takes"] == ["take 2"]
    assert until(line, jobs[0], "done")["takes"] == ["take 0"]
    assert line.told(jobs[1]["id"])["takes"] == []


def test_when_all_of_several_are_stopped_so_is_the_work(line):
    jobs = together(line, "", "")
    for job in jobs:
        line.cancel(job["id"])
    after = line.add(order(7))
    assert until(line, after, "running")
    line._workers[0].go = True
    assert until(line, after, "done")["takes"] == ["take 7"]


@pytest.mark.parametrize("title", ["wrong", "broken"])
def test_one_of_several_that_fails_does_not_hurt_the_others(line, title):
    jobs = together(line, "", title, "")
    line._workers[0].go = True
    assert until(line, jobs[1], "failed")["message"]
    assert [until(line, jobs[n], "done")["takes"] for n in (0, 2)] == [["take 0"], ["take 2"]]


def jobs_of(*orders: Order) -> list[Job]:
    return [Job(each) for each in orders]


def test_everybodys_first_order_comes_before_anybodys_second():
    a1, a2, a3, b1, c1, b2 = jobs_of(*(order(project=p) for p in "aaabcb"))
    assert in_turn([a1, a2, a3, b1, c1, b2], []) == [a1, b1, c1, a2, b2, a3]
    assert in_turn([a2, b1, c1], [a1]) == [b1, c1, a2]


def test_groups_hold_what_can_be_written_side_by_side_and_no_more():
    kinds = [{"bars": 16}, {"bars": 8}, {"bars": 16, "density": 0.5}, {"bars": 16, "key": "G"},
             {"bars": 16, "adventure": 0.9}, {"bars": 16, "style": "classical"}]  # fmt: skip
    jobs = jobs_of(*(order(verb="compose", **kind) for kind in kinds))
    assert in_groups(jobs) == [[jobs[0], jobs[3]], *([jobs[n]] for n in (1, 2, 4, 5))]
    assert all(len(group) == 1 for group in in_groups(jobs_of(order(), order())))  # vary
    many = jobs_of(*(order(verb="compose") for _ in range(40)))
    assert [len(group) for group in in_groups(many)] == [24, 16]
    large = Order("p", "compose", [], Plan(bars=512), {}, n_bars=512)
    assert [len(group) for group in in_groups(jobs_of(large, large))] == [1, 1]


def test_events_end_with_the_job(client, project, monkeypatch):
    monkeypatch.setattr("antiphon.web.routes.jobs._EVERY_S", 0.01)
    job = client.post(f"/api/projects/{project['id']}/jobs", json={"verb": "compose"}).json()
    assert client.delete(f"/api/jobs/{job['id']}").json()["state"] == "cancelled"
    told = client.get(f"/api/jobs/{job['id']}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert json.loads(told.text.removeprefix("data: "))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"verb": "compos"}, "Did you mean 'compose'?"),
        ({"verb": "compose", "options": {"bars": 0}}, "bars must be from 1 to 512"),
        ({"verb": "compose", "options": {"tempoo": 90}}, "Did you mean 'tempo'?"),
        ({"verb": "compose", "options": {"bars": "8"}}, "bars must be a number"),
        ({"verb": "compose", "options": {"style": "../../x"}}, "No '../../x' in models"),
        ({"verb": "compose", "options": {"count": 17}}, "count must be from 1 to 16"),
        ({"verb": "vary"}, "vary works on one take"),
        ({"verb": "inpaint", "take": "TAKE"}, "inpaint needs to be told bars"),
        ({"verb": "inpaint", "take": "TAKE", "options": {"bars": 5}}, "bars must be of type"),
        ({"verb": "vary", "take": "nothing"}, "There is no such take"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_cannot_be_is_said_before_it_waits(client, project, asked, said):
    if asked.get("take") == "TAKE":
        asked = {**asked, "take": project["current"]}
    refused = client.post(f"/api/projects/{project['id']}/jobs", json=asked)
    assert refused.status_code in (400, 404)
    assert said in refused.json()["error"]
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_over_the_network_weights_are_named_by_style_alone(ask):
    client = ask(host="192.168.1.5", token="t")
    client.headers["Authorization"] = "Bearer t"
    project = client.get("/api/projects").json()["projects"][0]["id"]
    asked = {"verb": "compose", "options": {"model": "../_weights/pop"}}
    refused = client.post(f"/api/projects/{project}/jobs", json=asked)
    assert refused.status_code == 400
    assert "in models. There is" in refused.json()["error"]


def test_verbs_are_found_with_their_own_options():
    found = _verbs.verbs()
    assert {"accompany", "compose", "extend", "inpaint", "vary"} <= set(found)
    assert not {"evaluate", "generate", "augment"} & set(found)
    assert (found["compose"].n_pieces, found["vary"].n_pieces) == (0, 1)
    inpaint = {option.name: option for option in found["inpaint"].options}
    assert inpaint["bars"].is_required and not inpaint["tracks"].is_required
    assert {"count", "keep", "model"} <= set(inpaint)


@pytest.mark.parametrize("name", sorted(_verbs.verbs()))
def test_what_is_read_of_a_verb_is_what_it_takes(name):
    import inspect

    function = getattr(registry.load("antiphon.inference", name), name)
    taken = set(inspect.signature(function).parameters) - {"piece", "plan", "progress"}
    assert {option.name for option in _verbs.verb(name).options} <= taken


def test_told_choices_are_those_of_the_verbs():
    from antiphon.inference import _in_style, extend

    options = {verb: {o.name: o.told() for o in v.options} for verb, v in _verbs.verbs().items()}
    assert set(options["convert"]["style"]["choices"]) == set(_in_style.WRITERS)
    assert options["convert"]["mood"]["choices"] == ["happy", "tense", "sad", "calm"]
    assert tuple(options["extend"]["where"]["choices"]) == extend.PLACES


@pytest.mark.parametrize(
    "option",
    [option for option in _verbs.plan_options() if "min" in option.told()],
    ids=lambda option: option.name,
)
def test_told_ranges_of_the_plan_are_its_own(option):
    told = option.told()
    for value in (told["min"], told["max"]):
        Plan(**{option.name: value})
    with pytest.raises(AntiphonError):
        Plan(**{option.name: told["max"] + 1})
