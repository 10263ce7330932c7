"""``convkit convolve`` as a process: what it writes, what it says, and how it refuses."""

import io
import json
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from tests.cli.process import COMMAND, ROOT, convkit, environment, on_terminal

SAMPLES = ROOT / "sample_images"
LANDSCAPE = SAMPLES / "landscape.png"
MATRIX = SAMPLES / "matrix-5x5.csv"
SOBEL_H = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])


@pytest.fixture
def folder(tmp_path):
    """A folder with two small pictures and a file that is none."""
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        Image.fromarray(rng.integers(0, 256, (12, 16), np.uint8)).save(tmp_path / f"{name}.png")
    Image.fromarray(rng.integers(0, 256, (12, 16, 3), np.uint8)).save(tmp_path / "colour.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    return tmp_path


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


# --- the main job ---


def test_sobel_h_gives_the_edge_map_that_scipy_gives(tmp_path):
    result = convkit("convolve", LANDSCAPE, "--kernel", "sobel-h", "--pad", "1", cwd=tmp_path)
    header, row = result.rows
    assert header[:3] == ["input", "output", "kernel"]
    assert row[1:4] == ["landscape.sobel-h.png", "sobel-h", "correlation"]
    with Image.open(LANDSCAPE) as image:
        grey = np.asarray(image.convert("L"), np.int32)
    answer = np.abs(ndimage.correlate(grey, SOBEL_H, mode="constant"))
    edges = pixels(tmp_path / "landscape.sobel-h.png")
    assert edges.dtype == np.uint8
    np.testing.assert_array_equal(edges, np.minimum(answer, 255))
    assert int(row[-1]) == (answer > 255).sum()


def test_a_smoothing_kernel_keeps_colour(folder):
    assert convkit("convolve", "colour.png", "-k", "box", "-o", "out.png", cwd=folder).code == 0
    mean = ndimage.uniform_filter(pixels(folder / "colour.png").astype(float), (3, 3, 0))[
        1:-1, 1:-1
    ]
    assert np.abs(pixels(folder / "out.png") - mean).max() <= 0.5 + 1e-4


def test_pipes_carry_pictures(folder):
    script = (
        "{0} convolve - -k sobel-h -o - < a.png | {0} convolve - -k box:size=3 -o b2.png"
    ).format(" ".join(COMMAND))
    process = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment(), capture_output=True, check=False
    )
    assert process.returncode == 0, process.stderr
    assert pixels(folder / "b2.png").shape == (8, 12)


def test_a_closed_pipe_ends_quietly(folder):
    numbers = np.arange(250_000).reshape(500, 500)
    np.savetxt(folder / "large.csv", numbers, fmt="%d", delimiter=",")
    script = f"{' '.join(COMMAND)} convolve large.csv -k identity | head -1"
    process = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment(), capture_output=True, check=False
    )
    assert process.stdout.count(b"\n") == 1
    assert process.stderr == b""


def test_json_holds_every_key(folder):
    result = convkit(
        "convolve", "a.png", "-k", "sobel-v", "--pad", "0,1,2,3", "--stride", "2,1", "--json",
        cwd=folder,
    )  # fmt: skip
    (record,) = json.loads(result.stdout)["results"]
    candidates = record.pop("candidates")
    assert record["strategy"] == min(candidates, key=candidates.get)
    assert record | {"seconds": 0, "mean": 0, "strategy": ""} == {
        "input": "a.png", "output": "a.sobel-v.png", "kernel": "sobel-v", "flipped": False,
        "frames": 1, "shape_in": [12, 16], "shape_out": [6, 19], "pad": [0, 1, 2, 3],
        "pad_mode": "zero", "stride": [2, 1], "dilation": [1, 1], "strategy": "", "map": "abs",
        "min": record["min"], "max": record["max"], "mean": 0, "clipped": record["clipped"],
        "seconds": 0,
    }  # fmt: skip
    assert record["min"] < 0 < record["max"]
    assert record["seconds"] > 0


def test_a_csv_matrix_answers_on_standard_output():
    result = convkit("convolve", MATRIX, "-k", "-1 0 1; -1 0 1; -1 0 1")
    assert (result.code, result.stderr) == (0, "")
    assert np.loadtxt(io.StringIO(result.text), delimiter=",").tolist() == [[6] * 3] * 3


def test_a_matrix_on_standard_input_answers_on_standard_output():
    result = convkit("convolve", "-", "-k", "1 1", stdin=b"1,2.5,3\n4,5,6\n")
    assert (result.code, result.stderr) == (0, "")
    assert np.loadtxt(io.StringIO(result.text), delimiter=",").tolist() == [[3.5, 5.5], [9, 11]]


def test_a_float_tiff_becomes_a_picture(folder):
    image = np.random.default_rng(6).random((12, 16)).astype(np.float32)
    Image.fromarray(image).save(folder / "float.tif")
    assert convkit("convolve", "float.tif", "-k", "box", cwd=folder).code == 0
    mean = ndimage.uniform_filter(image.astype(float), 3)[1:-1, 1:-1] * 255
    assert np.abs(pixels(folder / "float.box.png") - mean).max() <= 0.5 + 1e-3
    assert convkit("convolve", "float.tif", "-k", "box", "-o", "out.tif", cwd=folder).code == 0
    assert np.abs(pixels(folder / "out.tif") * 255 - mean).max() < 1e-3


def test_what_is_left_out_is_said(folder):
    rgba = np.random.default_rng(7).integers(0, 256, (9, 9, 4), np.uint8)
    Image.fromarray(rgba).save(folder / "rgba.png", icc_profile=b"profile")
    numbers = convkit("convolve", "rgba.png", "-k", "box", "-o", "out.npy", cwd=folder)
    assert "transparency of 'rgba.png'" in numbers.stderr
    opaque = Image.fromarray(rgba[..., :3])
    opaque.save(folder / "rgb.png", icc_profile=b"\0" * 16 + b"RGB " + b"\0" * 108)
    bitmap = convkit("convolve", "rgb.png", "-k", "box", "-o", "out.bmp", cwd=folder)
    assert "BMP keeps no colour profile" in bitmap.stderr
    np.save(folder / "gap.npy", np.array([[1, np.nan], [3, 4]]))
    gap = convkit("convolve", "gap.npy", "-k", "identity", "--pad", "1", cwd=folder)
    assert "1 responses of 'gap.npy' are NaN or infinite" in gap.stderr


def test_overflow_is_said_in_one_line(folder):
    result = convkit("convolve", "a.png", "-k", "box", "--scale", "1e308", cwd=folder)
    assert result.code == 0
    assert result.stderr.count("\n") == 1
    assert "NaN or infinite" in result.stderr


def test_a_bank_never_leaves_half_its_maps(folder):
    (folder / "b2.box.png").write_bytes(b"mine")
    options = ["convolve", "a.png", "--bank", "-k", "sobel-h", "-k", "box", "-o", "b2.png"]
    convkit(*options, cwd=folder).assert_refused("--force")
    assert not (folder / "b2.sobel-h.png").exists()


def test_npy_keeps_raw_values(folder):
    assert convkit("convolve", "a.png", "-k", "sobel-h", "-o", "out.npy", cwd=folder).code == 0
    expected = ndimage.correlate(pixels(folder / "a.png").astype(int), SOBEL_H)[1:-1, 1:-1]
    np.testing.assert_array_equal(np.load(folder / "out.npy"), expected)


# --- operators ---


def test_pair_gives_the_magnitude(folder):
    convkit("convolve", "a.png", "--pair", "sobel", "-o", "m.npy", cwd=folder)
    image = pixels(folder / "a.png").astype(float)
    along = [ndimage.sobel(image, axis=axis)[1:-1, 1:-1] for axis in (0, 1)]
    np.testing.assert_allclose(np.load(folder / "m.npy"), np.hypot(*along), rtol=1e-6)
    convkit(
        "convolve", "a.png", "-k", "sobel-h", "--pair", "sobel-v", "--norm", "l1", "-o", "l1.npy",
        cwd=folder,
    )  # fmt: skip
    np.testing.assert_array_equal(np.load(folder / "l1.npy"), np.abs(along).sum(axis=0))


def test_direction_of_a_pair(folder):
    ramp = np.add.outer(3 * np.arange(8), 4 * np.arange(9)).astype(np.uint8)
    Image.fromarray(ramp).save(folder / "ramp.png")
    for pair in ("sobel", "roberts", "scharr"):
        convkit(
            "convolve", "ramp.png", "--pair", pair, "--direction", "-o", "d.npy", "--force",
            cwd=folder,
        )  # fmt: skip
        np.testing.assert_allclose(
            np.load(folder / "d.npy"), np.degrees(np.arctan2(3, 4)), atol=1e-4
        )


def test_compass_gives_the_largest_answer_and_its_direction(folder):
    step = np.zeros((9, 9), np.uint8)
    step[:, 5:] = 100  # brighter to the right
    Image.fromarray(step).save(folder / "step.png")
    convkit("convolve", "step.png", "--compass", "kirsch", "-o", "c.npy", cwd=folder)
    convkit("convolve", "step.png", "--compass", "kirsch", "--direction", "-o", "d.npy", cwd=folder)
    assert np.load(folder / "c.npy")[3, 3] == 1500  # 5 * 100 for each of three rows
    assert np.load(folder / "d.npy")[3, 3] == 0


def test_kernels_run_one_after_the_other(folder):
    convkit("convolve", "a.png", "-k", "box", "-k", "sobel-h", "-o", "chain.npy", cwd=folder)
    image = pixels(folder / "a.png").astype(float)
    expected = ndimage.correlate(ndimage.uniform_filter(image, 3), SOBEL_H)[2:-2, 2:-2]
    np.testing.assert_allclose(np.load(folder / "chain.npy"), expected, atol=1e-3)


def test_a_bank_gives_a_map_for_each_kernel(folder):
    result = convkit("convolve", "a.png", "-k", "sobel-h", "-k", "box", "--bank", cwd=folder)
    outputs = [row[1] for row in result.rows[1:]]
    assert outputs == ["a.bank.sobel-h.png", "a.bank.box.png"]
    assert all((folder / output).exists() for output in outputs)


def test_a_bank_from_a_file_sums_over_channels(folder):
    bank = np.random.default_rng(1).integers(-2, 3, (4, 3, 3, 3))
    np.save(folder / "bank.npy", bank)
    convkit("convolve", "colour.png", "-k", "bank.npy", "-o", "maps.npy", cwd=folder)
    image = pixels(folder / "colour.png").astype(int)
    expected = [
        sum(ndimage.correlate(image[..., c], k[c]) for c in range(3))[1:-1, 1:-1] for k in bank
    ]
    np.testing.assert_array_equal(np.load(folder / "maps.npy"), np.stack(expected, axis=2))


def test_flip_scale_bias_and_normalize(folder):
    options = ["-k", "1 2; 3 4", "--flip", "--normalize", "--scale", "1/2", "--bias", "10"]
    convkit("convolve", "a.png", *options, "-o", "out.npy", cwd=folder)
    image = pixels(folder / "a.png").astype(float)
    expected = (
        4 * image[:-1, :-1] + 3 * image[:-1, 1:] + 2 * image[1:, :-1] + 1 * image[1:, 1:]
    ) / 20 + 10
    np.testing.assert_allclose(np.load(folder / "out.npy"), expected, rtol=1e-6)


# --- batches ---


def test_a_batch_goes_on_after_a_failure(folder):
    (folder / "out").mkdir()
    result = convkit("convolve", ".", "-k", "box", "--out-dir", "out", cwd=folder)
    assert result.code == 1
    assert "broken.png" in result.stderr
    assert "3 of 4 inputs done, 1 failed" in result.stderr
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "a.box.png", "b.box.png", "colour.box.png",
    ]  # fmt: skip


def test_folders_below_are_kept(folder):
    for name in ("x", "y"):
        (folder / "in" / name).mkdir(parents=True)
        (folder / "in" / name / "a.png").write_bytes((folder / "a.png").read_bytes())
    (folder / "out").mkdir()
    result = convkit("convolve", "in", "-r", "-k", "box", "--out-dir", "out", cwd=folder)
    assert result.code == 0, result.stderr
    assert (folder / "out/x/a.box.png").exists()
    assert (folder / "out/y/a.box.png").exists()


def test_ctrl_c_leaves_nothing_behind(folder):
    large = np.random.default_rng(2).integers(0, 256, (3000, 3000), np.uint8)
    Image.fromarray(large).save(folder / "large.png", compress_level=0)
    with subprocess.Popen(
        [*COMMAND, "convolve", "large.png", "-k", "gabor:size=101",
             "--strategy", "direct", "-o", "out.png"],
        cwd=folder, env=environment(), stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        time.sleep(0.6)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == b"error: interrupted\n"
    assert not [path for path in folder.iterdir() if "out" in path.name]


# --- what is shown ---


def test_trace_shows_the_sum_on_a_terminal():
    drawn = on_terminal("convolve", MATRIX, "-k", "sobel-h", "--pad", "1", "--trace", "0,1")
    assert "6 + 14 + 8 = 28" in drawn
    assert "border 'zero'" in drawn
    assert "feature map" in drawn
    assert "rows -1…1, columns 0…2" in drawn


def test_trace_in_a_pipe_lists_the_taps():
    result = convkit("convolve", MATRIX, "-k", "sobel-h", "--trace", "1,1")
    assert result.rows[0] == ["channel", "row", "column", "outside", "pixel", "weight", "product"]
    products = [float(row[-1]) for row in result.rows[1:]]
    assert sum(products) == 40
    assert "= 40" in result.stderr
    document = json.loads(
        convkit("convolve", MATRIX, "-k", "sobel-h", "--trace", "1,1", "--json").stdout
    )
    assert document["channels"][0]["sum"] == 40


def test_preview_draws_both_pictures(folder):
    drawn = on_terminal("convolve", "a.png", "-k", "box", "--preview", cwd=folder, colour=True)
    assert "▀" in drawn
    assert "\x1b[38;2;" in drawn
    plain = convkit("convolve", "b.png", "-k", "box", "--preview", cwd=folder)
    assert "\x1b" not in plain.stderr
    assert plain.stdout.startswith(b"input\t")


def test_time_says_where_the_time_went(folder):
    result = convkit("convolve", "a.png", "-k", "box", "--time", cwd=folder)
    assert all(phase in result.stderr for phase in ("read", "convolve", "write", "together"))


def test_explain_lists_the_candidates_and_a_strategy_can_be_forced(folder):
    result = convkit("convolve", "a.png", "-k", "sobel-h", "--explain", cwd=folder)
    assert "integer" in result.stderr
    assert result.stderr.count("<- taken") == 1
    outputs = []
    for name in ("integer", "separable", "gemm", "dft", "direct"):
        forced = convkit(
            "convolve", "a.png", "-k", "sobel-h", "--strategy", name, "-o", f"{name}.npy",
            "--json", cwd=folder,
        )  # fmt: skip
        assert json.loads(forced.stdout)["results"][0]["strategy"] == name
        outputs.append(np.load(folder / f"{name}.npy"))
    for output in outputs[1:]:
        np.testing.assert_array_equal(output, outputs[0])


def test_threads_do_not_change_a_bit(folder):
    image = np.random.default_rng(3).integers(0, 256, (1500, 1000, 3), np.uint8)
    Image.fromarray(image).save(folder / "large.png", compress_level=1)
    for kernel in ("sobel-h", "gaussian:size=9", "gabor:size=5", "gabor:size=21"):
        results = []
        for threads in ("1", "2", "5"):
            convkit(
                "convolve", "large.png", "-k", kernel, "--threads", threads, "-o", "t.npy",
                "--force", "--per-channel", cwd=folder,
            )  # fmt: skip
            results.append((folder / "t.npy").read_bytes())
        assert results[0] == results[1] == results[2], kernel


def test_compress_small_spares_bytes(folder):
    sizes = {}
    for word in ("fast", "small"):
        options = ["-k", "box", "-o", f"{word}.png", "--compress", word]
        assert convkit("convolve", LANDSCAPE, *options, cwd=folder).code == 0
        sizes[word] = (folder / f"{word}.png").stat().st_size
    assert sizes["small"] < 0.9 * sizes["fast"]
    np.testing.assert_array_equal(pixels(folder / "small.png"), pixels(folder / "fast.png"))


def test_quiet_says_nothing(folder):
    result = convkit("convolve", "a.png", "b.png", "-k", "box", "--quiet", cwd=folder)
    assert (result.code, result.stderr) == (0, "")


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.png", "-k", "box"], "missing.png"),
        (["broken.png", "-k", "box"], "broken.png"),
        (["a.png", "-k", "sobel-g"], "did you mean 'sobel-"),
        (["a.png", "-k", "1 2; 3"], "row 2"),
        (["a.png", "-k", "1 x; 3 4"], "'x'"),
        (["a.png", "-k", "nan 1; 1 1"], "nan"),
        (["a.png"], "no kernel"),
        (["a.png", "-k", "box:size=99"], "doesn't fit"),
        (["a.png", "-k", "box", "--pad", "smae"], "did you mean 'same'"),
        (["a.png", "-k", "box", "--pad", "-1"], "pad must be at least 0"),
        (["a.png", "-k", "box", "--stride", "0"], "stride must be at least 1"),
        (["a.png", "-k", "box", "--dilation", "0,1"], "dilation must be at least 1"),
        (["a.png", "-k", "box", "--pad-mode", "zeroes"], "zero"),
        (["a.png", "-k", "box", "--pad-value", "red"], "--pad-value"),
        (["a.png", "-k", "box", "--map", "clap"], "did you mean 'clip'"),
        (["a.png", "-k", "box", "--pad", "same", "--same-rule", "keras"], "torch, tf"),
        (["a.png", "-k", "box", "-o", "absent/out.png"], "no such folder"),
        (["a.png", "-k", "box", "-o", "b.png"], "--force"),
        (["a.png", "-k", "box", "-o", "a.png", "--force"], "is an input"),
        (["a.png", "-k", "box", "-o", "out.pgn"], "did you mean"),
        (["a.png", "-k", "box", "-o", "out"], "suffix"),
        (["a.png", "b.png", "-k", "box", "-o", "out.png"], "2 inputs"),
        (["a.png", "-k", "box", "-o", "out.png", "--out-dir", "."], "give one"),
        (["a.png", "-k", "box", "--out-dir", "absent"], "no such folder"),
        (["a.png", "-k", "box", "--grey", "--per-channel"], "contradict"),
        (["a.png", "-k", "box", "--strategy", "gem"], "did you mean 'gemm'"),
        (["a.png", "-k", "box", "--strategy", "bank"], "these can"),
        (["a.png", "-k", "box", "--threads", "0"], "--threads"),
        (["a.png", "-k", "box", "--compress", "smal"], "did you mean 'small'"),
        (["a.png", "-k", "box", "--scale", "1/0"], "--scale"),
        (["a.png", "-k", "box", "--map", "raw", "-o", "out.png"], "PNG"),
        (["a.png", "-k", "box", "--direction", "-o", "out.png"], "--pair or --compass"),
        (["a.png", "--pair", "sobel-h"], "a pair needs two"),
        (["a.png", "-k", "sobel-h", "--pair", "sobel-h"], "same way"),
        (["a.png", "--pair", "sobel", "--norm", "l3"], "norm"),
        (["a.png", "-k", "box", "--norm", "l1"], "only a gradient pair"),
        (["a.png", "-k", "box", "--same-rule", "tf"], "--pad same"),
        (["a.png", "-k", "box", "--trace", "0,0", "-o", "x.png"], "writes no file"),
        (["a.png", "-k", "box", "--scale", "1e99999999"], "too large"),
        (["a.png", "-k", "1", "--pair", "1"], "same way"),
        (["a.png", "-k", "box", "--pad", "1", "--pad", "same"], "given twice"),
        (["a.png", "--compass", "kirch"], "did you mean 'kirsch'"),
        (["a.png", "-k", "box", "--trace", "99,0"], "outside the output"),
        (["a.png", "--pair", "sobel", "--trace", "0,0"], "one kernel"),
        (["a.png", "-k", "box", "--max-pixels", "10"], "--max-pixels"),
        (["a.png", "-k", "box", "--pad", "900000000"], "--max-pixels"),
        (["a.png", "-k", "box", "-o", "-", "--json"], "--json"),
        (["*.tiff", "-k", "box"], "*.tiff"),
        (["-", "-k", "box"], "empty"),
        (["-", "-k", "-"], "both the image and the kernel"),
        (["a.png", "-k", "box", "--kernle", "box"], "--kernle"),
        ([], "INPUT"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(arguments, words, folder):
    before = sorted(folder.iterdir())
    convkit("convolve", *arguments, cwd=folder).assert_refused(words)
    assert sorted(folder.iterdir()) == before


def test_a_result_is_never_written_to_a_terminal(folder):
    drawn = on_terminal("convolve", "a.png", "-k", "box", "-o", "-", cwd=folder, code=2)
    assert "terminal" in drawn


def test_two_inputs_of_one_name_are_refused_before_any_work(folder):
    (folder / "x").mkdir()
    (folder / "x/a.png").write_bytes((folder / "a.png").read_bytes())
    convkit("convolve", "a.png", "x/a.png", "-k", "box", cwd=folder).assert_refused("both")
    assert not list(folder.glob("*.box.png"))


def test_a_full_disk_is_said(folder):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    result = convkit(
        "convolve", "a.png", "-k", "box", "-o", "/dev/full", "--format", "png", cwd=folder
    )
    result.assert_refused("space")
