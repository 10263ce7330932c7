"""convkit train --dry-run: every value with its origin, the layers, and the memory."""

import json

from tests.cli.process import ROOT, convkit


def dry(folder, *arguments):
    result = convkit("train", "tiny.yaml", "--dry-run", *arguments, cwd=folder)
    assert (result.code, result.stderr) == (0, "")
    assert not (folder / "runs").exists()
    return result


def test_a_dry_run_tells_where_each_value_comes_from(tiny):
    values, layers, memory = dry(tiny, "--set", "optimizer.lr=0.01", "--seed", "3").text.split(
        "\n\n"
    )
    rows = [line.split("\t") for line in values.splitlines()]
    assert rows[0] == ["key", "value", "from"]
    assert ["optimizer.lr", "0.01", "--set"] in rows
    assert ["seed", "3", "--seed"] in rows
    assert ["trainer.epochs", "4", "tiny.yaml:9"] in rows
    assert ["trainer.shuffle", "true", "default"] in rows
    assert ["trainer.monitor", "null", "default"] in rows
    rows = [line.split("\t") for line in layers.splitlines()]
    assert rows[0] == ["path", "layer", "output", "parameters", "macs", "field", "bytes"]
    assert rows[1] == ["", "input", "2", "0", "0", "", "8"]
    assert rows[2][1:5] == ["dense", "8", "24", "16"]
    rows = [line.split("\t") for line in memory.splitlines()]
    assert rows[0] == ["memory for", "bytes"]
    assert rows[-1] == ["total", str(sum(int(row[1]) for row in rows[1:-1]))]


def test_a_dry_run_as_json_can_be_trained(tiny):
    document = json.loads(dry(tiny, "--json").stdout)
    assert document["parameters"] == 33
    assert document["origins"]["seed"] == "tiny.yaml:10"
    assert [row["layer"] for row in document["layers"]] == ["input", "dense", "tanh", "dense"]
    config = json.dumps(document["config"]).encode()  # JSON is YAML
    again = convkit("train", "-", stdin=config, cwd=tiny)
    assert again.rows == convkit("train", "tiny.yaml", cwd=tiny).rows


def test_a_dry_run_knows_receptive_fields(tmp_path):
    result = convkit("train", ROOT / "configs/digits-cnn.yaml", "--dry-run", cwd=tmp_path)
    rows = [line.split("\t") for line in result.text.split("\n\n")[1].splitlines()]
    assert ["4", "conv2d", "4x4x32", "4640", "73728", "8x8", "2048"] in rows
