"""Trials: taken by one each, repeated if their process dies, and the same whoever takes them."""

import json
from dataclasses import replace

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.session import train
from convkit.processes import Workers
from convkit.tuning.ownership import SEEN
from convkit.tuning.reading import read_tuning
from convkit.tuning.results import Results, write_results
from convkit.tuning.samplers import pruner
from convkit.tuning.searching import search
from convkit.tuning.storage import JOURNAL, Place, StorageError, open_storage
from convkit.tuning.study import Study
from convkit.tuning.trial import Finished, Job, Reports, run_trial
from tests.tuning.small import BASE, SEARCH, Silent, dying, written


def finished(value=1.0, state="complete"):
    return Finished(state, (value,), "", [], 0.1)


@pytest.fixture
def plan(tmp_path):
    return read_tuning(written(tmp_path))


@pytest.fixture
def open_study(tmp_path, plan):
    studies = []

    def opened(changed=plan):
        place = Place(str(tmp_path / JOURNAL), changed.tuning.name)
        studies.append(Study(changed, tmp_path / "study", place, epochs=2))
        return studies[-1]

    yield opened
    for study in studies:
        study.close()


def drain(study):
    """Take all trials that wait; return what each got."""
    claims = []
    while (claim := study.claim()) is not None:
        claims.append(claim)
    return claims


def states(study):
    return [entry.state for entry in study.entries()]


def test_every_number_is_taken_once_by_two_who_share_a_study(open_study):
    one, other = open_study(), open_study()
    taken = [one.claim(), other.claim(), other.claim(), one.claim()]
    assert sorted(claim.number for claim in taken) == [0, 1, 2, 3]
    assert one.claim() is None
    assert other.claim() is None
    assert states(one) == ["running"] * 4


def test_random_values_depend_on_the_number_alone(open_study, tmp_path, plan):
    one, other = open_study(), open_study()
    shared = {
        claim.number: claim.values for pair in zip(drain(one), [], strict=False) for claim in pair
    }
    taken = {claim.number: claim.values for claim in [*drain(other)]} | shared
    place = Place(str(tmp_path / "alone.journal"), "search")
    alone = Study(plan, tmp_path / "alone", place, epochs=2)
    for claim in reversed(drain(alone)):
        assert taken.get(claim.number, claim.values) == claim.values
        assert 1e-3 <= claim.values["optimizer.lr"] <= 1e-1
        assert 2 <= claim.values["model.0.dense.units"] <= 8
    alone.close()


def test_what_a_dead_process_had_taken_is_repeated_with_its_values(open_study):
    dead = open_study()
    lost, done = dead.claim(), dead.claim()
    dead.finish(done, finished())
    dead._owner._lock.release()  # as a kill does
    heir = open_study()
    assert states(heir) == ["waiting", "complete", "waiting", "waiting"]
    claims = {claim.number: claim for claim in drain(heir)}
    assert sorted(claims) == [0, 2, 3]
    assert claims[0].values == lost.values
    for claim in claims.values():
        heir.finish(claim, finished())
    assert states(heir) == ["complete"] * 4


def test_values_are_kept_that_would_be_drawn_otherwise(open_study):
    dead = open_study()
    lost = dead.claim()
    dead._owner._lock.release()  # as a kill does
    heir = open_study()
    heir.seed = lambda number: number + 12345
    claims = {claim.number: claim for claim in drain(heir)}
    assert claims[lost.number].values == lost.values


def test_a_repeated_trial_is_what_its_number_says(open_study, plan, tmp_path, monkeypatch):
    undisturbed, _ = run(plan, tmp_path / "undisturbed")
    dead = open_study()
    dead.claim()
    dead._owner.sign(dead._study.ask())  # and nothing is drawn yet
    dead._owner._lock.release()  # as a kill does
    monkeypatch.setattr("convkit.tuning.searching.JOURNAL", f"../{JOURNAL}")
    results, _ = run(plan, tmp_path / "study")
    assert [(entry.values, entry.results) for entry in results.entries] == [
        (entry.values, entry.results) for entry in undisturbed.entries
    ]


def test_a_search_shows_that_it_lives(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("convkit.tuning.searching.SIGN_OF_LIFE", 0.0)
    monkeypatch.setattr("convkit.tuning.searching.LOOK", 0.01)
    study = search(plan, tmp_path / "study", storage=None, workers=Workers(1), watcher=Silent())
    assert any(SEEN in trial.user_attrs for trial in study.trials_drawn.trials)


def test_what_ctrl_c_breaks_off_waits_at_once(tmp_path, monkeypatch):
    class Interrupting(Silent):
        def looked(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("convkit.tuning.searching.LOOK", 0.01)
    plan = read_tuning(written(tmp_path), ["set={trainer.epochs: 100000}"])
    with pytest.raises(KeyboardInterrupt):
        search(plan, tmp_path, storage=None, workers=Workers(1), watcher=Interrupting())
    storage = open_storage(Place(str(tmp_path / JOURNAL), "search"))
    (study,) = storage.get_all_studies()
    left = [trial.state.name for trial in storage.get_all_trials(study._study_id)]
    assert sorted(left) == ["FAIL", *["WAITING"] * 4]


def test_a_key_is_drawn_where_its_condition_holds(open_study, tmp_path):
    text = SEARCH.replace("  optimizer.lr", "  data.seed: [1, 2]\n  optimizer.lr")
    text = text.replace("log: true", "when: {data.seed: 2}").replace("trials: 4", "trials: 12")
    drawn = [claim.values for claim in drain(open_study(read_tuning(written(tmp_path, text))))]
    assert {values["data.seed"] for values in drawn} == {1, 2}
    assert all(("optimizer.lr" in values) == (values["data.seed"] == 2) for values in drawn)


def test_optuna_knows_the_directions(open_study, tmp_path):
    metrics = "metric=[validation/accuracy, parameters]"
    study = open_study(read_tuning(tmp_path / "search.yaml", [metrics]))
    told = [direction.name for direction in study.trials_drawn.directions]
    assert told == ["MAXIMIZE", "MINIMIZE"]


def test_what_a_living_process_has_taken_is_left_to_it(open_study):
    open_study().claim()
    assert states(open_study()) == ["running", "waiting", "waiting", "waiting"]


def test_what_is_given_back_waits_again(open_study):
    study = open_study()
    claim = study.claim()
    study.give_back(claim)
    assert states(study) == ["waiting"] * 4
    again = {each.number: each.values for each in drain(study)}
    assert again[claim.number] == claim.values


def test_a_number_that_waits_twice_is_done_once(open_study):
    study = open_study()
    study._study.enqueue_trial({}, {"number": 2})
    assert sorted(claim.number for claim in drain(study)) == [0, 1, 2, 3]


def test_more_trials_continue_a_study(open_study, plan, tmp_path):
    first = open_study()
    for claim in drain(first):
        first.finish(claim, finished(claim.number))
    more = open_study(read_tuning(tmp_path / "search.yaml", ["trials=6"]))
    assert [claim.number for claim in drain(more)] == [4, 5]


def test_another_search_under_the_same_name_is_refused(open_study, tmp_path):
    open_study()
    other = read_tuning(tmp_path / "search.yaml", ["seed=5"])
    with pytest.raises(ConvkitError, match="begun with another search"):
        open_study(other)


# --- whole searches ---


def run(plan, folder, jobs=1):
    watcher = Silent()
    study = search(plan, folder, storage=None, workers=Workers(jobs), watcher=watcher)
    return Results.of(plan, study), watcher


def test_a_whole_search(plan, tmp_path):
    results, watcher = run(plan, tmp_path / "study")
    assert [entry.state for entry in results.entries] == ["complete"] * 4
    assert sorted(entry.number for entry in watcher.ended_entries) == [0, 1, 2, 3]
    (best,) = results.best()
    assert best.results[0] == min(entry.results[0] for entry in results.entries)
    write_results(results, tmp_path / "study")
    document = json.loads((tmp_path / "study" / "trials.json").read_text("utf-8"))
    assert document["best"] == [best.number]
    again, _ = run(plan, tmp_path / "study")
    assert again.document() == results.document()


def test_the_best_config_trains_to_what_its_trial_reached(plan, tmp_path):
    results, _ = run(plan, tmp_path / "study")
    (best,) = results.best()
    outcome = train(results.config(best), root=tmp_path, runs=tmp_path / "runs")
    assert outcome.metrics["validation/loss"] == best.results[0]


def test_a_trial_that_fails_is_noted_and_the_search_goes_on(tmp_path):
    text = SEARCH.replace("{int: [2, 8]}", "{choice: [2, 99999999]}").replace("random", "grid")
    text = text.replace("{float: [1e-3, 1e-1], log: true}", "{choice: [0.1, 0.01]}")
    results, _ = run(read_tuning(written(tmp_path, text)), tmp_path / "study")
    assert [entry.state for entry in results.entries] == ["complete", "failed"] * 2
    assert "memory" in results.entries[1].reason


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_trial_whose_process_is_killed_is_noted_and_the_search_goes_on(
    jobs, tmp_path, monkeypatch
):
    monkeypatch.setattr("convkit.tuning.searching.run_trial", dying)
    text = SEARCH.replace("{int: [2, 8]}", "[2, 3, 4]").replace("random", "grid")
    text = text.replace("{float: [1e-3, 1e-1], log: true}", "[0.1]")
    results, watcher = run(read_tuning(written(tmp_path, text)), tmp_path / "study", jobs)
    assert [entry.state for entry in results.entries] == ["complete", "failed", "complete"]
    assert "was killed while it worked" in results.entries[1].reason
    assert set(watcher.left) <= {1}


def test_a_result_that_comes_after_it_was_given_up_is_dropped(open_study):
    slow, heir = open_study(), open_study()
    claim = slow.claim()
    heir.give_back(claim)
    slow.show_life([claim])
    slow.finish(claim, finished(5.0))
    again = next(each for each in drain(heir) if each.number == claim.number)
    heir.finish(again, finished(2.0))
    assert heir.entries()[claim.number].results == (2.0,)


def test_who_is_slow_to_sign_takes_the_next(open_study, monkeypatch):
    slow, heir = open_study(), open_study()
    sign = slow._owner.sign

    def late(trial):
        if trial.user_attrs["number"] == 0:
            heir._give_up(trial.number, "taken for dead")
        sign(trial)

    monkeypatch.setattr(slow._owner, "sign", late)
    assert slow.claim().number == 1
    heir.tidy()
    assert sorted(claim.number for claim in drain(heir)) == [0, 2, 3]


def test_a_search_waits_for_what_others_do_and_tells_it(open_study, plan, tmp_path, monkeypatch):
    elsewhere = open_study()
    claim = elsewhere.claim()
    times = []

    class Waiting(Silent):
        def looked(self):
            done = [entry.number for entry in self.ended_entries]
            if sorted(done) == [1, 2, 3]:
                times.append(1)
                if len(times) == 2:
                    elsewhere.finish(claim, finished(7.0))

    watcher = Waiting()
    monkeypatch.setattr("convkit.tuning.searching.JOURNAL", f"../{JOURNAL}")
    monkeypatch.setattr("convkit.tuning.searching.LOOK", 0.05)
    study = search(plan, tmp_path / "study", storage=None, workers=Workers(1), watcher=watcher)
    assert states(study) == ["complete"] * 4
    assert watcher.ended_entries[-1].results == (7.0,)


def test_what_a_process_leaves_that_dies_last_is_repeated(open_study, plan, tmp_path, monkeypatch):
    elsewhere = open_study()
    elsewhere.claim()

    class Killing(Silent):
        def ended(self, entry):
            super().ended(entry)
            if len(self.ended_entries) == 3:
                elsewhere._owner._lock.release()  # as a kill does

    monkeypatch.setattr("convkit.tuning.searching.JOURNAL", f"../{JOURNAL}")
    monkeypatch.setattr("convkit.tuning.searching.LOOK", 0.05)
    watcher = Killing()
    study = search(plan, tmp_path / "study", storage=None, workers=Workers(1), watcher=watcher)
    assert states(study) == ["complete"] * 4


def broken(job):
    """Fail as nobody has thought of."""
    return run_trial(job._replace(experiments=(None,)))


def test_a_trial_that_meets_a_bug_is_noted_and_the_search_goes_on(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("convkit.tuning.searching.run_trial", broken)
    results, _ = run(plan, tmp_path / "study")
    assert [entry.state for entry in results.entries] == ["failed"] * 4
    assert "a bug in convkit: AttributeError" in results.entries[0].reason


def test_sqlite_takes_no_reports_of_a_cluster(tmp_path):
    plan = read_tuning(written(tmp_path), ["pruner=median"])
    storage, workers = f"sqlite:///{tmp_path / 'x.db'}", Workers(1, "tcp://127.0.0.1:1")
    with pytest.raises(ConvkitError, match="SQLite is for one machine"):
        search(plan, tmp_path, storage=storage, workers=workers, watcher=Silent())


# --- trials that are watched ---


@pytest.fixture
def watched(tmp_path, open_study):
    """Return a study, a claim of it, and the job that reports how it goes."""
    plan = read_tuning(written(tmp_path), ["pruner=median", "set={trainer.epochs: 3}"])
    study = open_study(plan)
    claim = study.claim()
    reports = Reports(study.place, claim.trial.number, "validation/loss", "median", 3)
    experiment = plan.experiment(claim.values, 0)
    return (
        study,
        claim,
        Job((experiment,), tmp_path, tmp_path / "runs", plan.tuning.metrics, reports),
    )


@pytest.mark.parametrize(("epochs", "state"), [(3, "pruned"), (1, "complete")])
def test_nothing_is_pruned_at_its_last_epoch(watched, epochs, state, monkeypatch):
    _, _, job = watched
    monkeypatch.setattr("optuna.Trial.should_prune", lambda _: True)
    job = job._replace(reports=job.reports._replace(epochs=epochs))
    resolved = job.experiments[0]
    trainer = replace(resolved.experiment.trainer, epochs=epochs)
    experiment = replace(resolved.experiment, trainer=trainer)
    ended = run_trial(job._replace(experiments=(replace(resolved, experiment=experiment),)))
    assert ended.state == state


@pytest.mark.parametrize("name", ["median", "successive_halving", "hyperband"])
def test_pruners_are_optunas(name):
    made = pruner(name, 27)
    assert type(made).__name__ == f"{name.title().replace('_', '')}Pruner"


def test_several_seeds_are_pruned_with_the_first(watched, monkeypatch):
    _, _, job = watched
    monkeypatch.setattr("optuna.Trial.should_prune", lambda _: True)
    ended = run_trial(job._replace(experiments=job.experiments * 3))
    assert (ended.state, len(ended.runs)) == ("pruned", 1)


def test_no_trial_begins_after_the_time(tmp_path):
    plan = read_tuning(written(tmp_path), ["timeout=1e-9"])
    results, _ = run(plan, tmp_path / "study")
    assert [entry.state for entry in results.entries] == ["waiting"] * 4


def test_a_trial_that_diverges_has_failed(tmp_path):
    base = BASE.replace("{name: moons, samples: 60,", "{name: diabetes,")
    base = base.replace("{dense: 2}", "{dense: 1}").replace("cross_entropy", "mse")
    base = base.replace("{name: adam, lr: 0.01}", "sgd")
    text = SEARCH.replace("{float: [1e-3, 1e-1], log: true}", "[1e30]").replace(
        "trials: 4", "trials: 1"
    )
    results, _ = run(read_tuning(written(tmp_path, text, base)), tmp_path / "study")
    assert [entry.state for entry in results.entries] == ["failed"]
    assert "diverged" in results.entries[0].reason


def test_a_trial_that_another_process_does_stops_at_once(watched):
    study, claim, job = watched
    study._give_up(claim.trial.number, "taken for dead")
    ended = run_trial(job)
    assert "another process" in ended.reason
    study.finish(claim, ended)
    assert states(study)[claim.number : claim.number + 1] != ["complete"]


def test_a_storage_that_fails_is_no_failure_of_the_trial(watched, monkeypatch):
    _, _, job = watched

    def full(*_):
        raise OSError("it is full")

    monkeypatch.setattr("optuna.Trial.report", full)
    with pytest.raises(StorageError, match="it is full"):
        run_trial(job)


def test_pruned_trials_stop_early(tmp_path):
    text = SEARCH.replace("trials: 4", "trials: 12") + "pruner: median\n"
    plan = read_tuning(written(tmp_path, text), ["set={trainer.epochs: 8}"])
    results, _ = run(plan, tmp_path / "study")
    pruned = [entry for entry in results.entries if entry.state == "pruned"]
    assert pruned
    assert all("pruned after epoch" in entry.reason for entry in pruned)
    assert all(entry.number >= 5 for entry in pruned)  # the first five are compared with


def test_several_seeds_are_averaged(tmp_path):
    plan = read_tuning(written(tmp_path), ["seeds_per_trial=2", "trials=1"])
    results, _ = run(plan, tmp_path / "study")
    (entry,) = results.entries
    seed = results.seeds[0]
    losses = [
        train(
            plan.experiment(entry.values, seed + further), root=tmp_path, runs=tmp_path / "runs"
        ).metrics["validation/loss"]
        for further in range(2)
    ]
    assert entry.results[0] == pytest.approx(sum(losses) / 2)


def test_of_several_metrics_the_front_is_best(plan, tmp_path):
    plan = read_tuning(written(tmp_path), ["metric=[validation/loss, parameters]"])
    study = Study(plan, tmp_path / "study", Place(str(tmp_path / JOURNAL), "search"), epochs=2)
    for claim, values in zip(drain(study), [(1, 9), (2, 5), (2, 7), (2, 5)], strict=True):
        study.finish(claim, Finished("complete", tuple(map(float, values)), "", [], 0.1))
    study.close()
    results = Results.of(plan, study)
    assert sorted(entry.results for entry in results.best()) == [(1, 9), (2, 5), (2, 5)]
