import os
import re
from pathlib import Path

import pytest

from rotational_variance.figures import catalogue
from rv_study import code_facts
from rv_study.errors import ConfigError
from rv_study.fingerprints import IGNORED, _hash, environment_hash, fingerprint, images_hash
from rv_study.params import Params

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def test_follows_imports_of_every_form(write):
    script = write("script.py", "import os\nimport package.a\nfrom package import b\nfrom package.c import thing\n")
    write("package/__init__.py", "x = 1\n")
    write("package/a.py", "def f():\n    from package.deep import d\n")
    for name in ("b", "c", "unused", "deep/d"):
        write(f"package/{name}.py", "x = 1\n")
    write("package/deep/__init__.py", '"""Only words."""\n')
    assert list(fingerprint(script)) == [
        "package/__init__.py", "package/a.py", "package/b.py", "package/c.py", "package/deep/d.py", "script.py",
    ]  # fmt: skip


def test_follows_relative_imports(write):
    script = write("script.py", "import package.models.mine\n")
    write("package/__init__.py", "x = 1\n")
    write("package/models/__init__.py", "x = 1\n")
    write("package/models/mine.py", "from . import blocks\nfrom .layers import Layer\nfrom ..rotation import rotate\n")
    for name in ("models/blocks", "models/layers", "models/unused", "rotation", "unused"):
        write(f"package/{name}.py", "x = 1\n")
    assert list(fingerprint(script)) == [
        "package/__init__.py", "package/models/__init__.py", "package/models/blocks.py", "package/models/layers.py",
        "package/models/mine.py", "package/rotation.py", "script.py",
    ]  # fmt: skip


def test_a_folder_is_hashed_by_names_and_contents(write, tmp_path):
    write("images/train/a/1.png", "one")
    write("images/test/a/2.png", "two")

    def hashed():
        images_hash.cache_clear()
        _hash.cache_clear()
        return images_hash(tmp_path / "images")

    first = hashed()
    os.utime(tmp_path / "images/train/a/1.png", (0, 0))
    write("images/.hidden/x", "passed over")
    write("images/train/.DS_Store", "passed over")
    write("images/__MACOSX/x", "passed over")
    write("images/notes.txt", "passed over")
    (tmp_path / "images/train/a/up").symlink_to(tmp_path / "images/train")  # round and round
    assert hashed() == first
    write("images/train/a/1.png", "eno")
    changed = hashed()
    assert changed != first
    write("images/train/a/1.png", "one")
    assert hashed() == first
    (tmp_path / "images/train/a/1.png").rename(tmp_path / "images/train/a/3.png")
    assert hashed() not in (first, changed)
    (tmp_path / "images/train/a/3.png").rename(tmp_path / "images/train/a/1.png")
    assert hashed() == first
    (tmp_path / "images/train/empty").mkdir()
    assert hashed() != first


def test_what_cannot_be_read_does_not_stop_the_hash(tmp_path):
    folder = tmp_path / "images/train/a"
    folder.mkdir(parents=True)
    (folder / "broken").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe")
    first = images_hash(tmp_path / "images")
    (folder / "pipe").unlink()
    images_hash.cache_clear()
    assert images_hash(tmp_path / "images") != first
    assert images_hash(tmp_path / "nothing.zip") == "no file"


def test_contents_count_and_times_do_not(write):
    script = write("script.py", "import module\n")
    module = write("module.py", "x = 1\n")
    before = fingerprint(script)
    module.touch()
    assert fingerprint(script) == before


def test_a_changed_operator_in_a_module_changes_its_own_hash_only(write):
    script = write("one/script.py", "import module\n")
    write("one/module.py", "x = 1 + 1\n")
    other = write("two/script.py", "import module\n")
    write("two/module.py", "x = 1 - 1\n")
    first, second = fingerprint(script), fingerprint(other)
    assert first["script.py"] == second["script.py"]
    assert first["module.py"] != second["module.py"]


def test_what_is_not_python_is_named(write):
    script = write("script.py", "import module\n")
    module = write("module.py", "x = (1\n")
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(module))}: not valid Python \(.*\); correct it there$"):
        fingerprint(script)


def test_an_environment_that_is_no_yaml_is_named(write):
    path = write("torch.yaml", "dependencies:\n  - [broken\n")
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(path))}: not valid YAML \(.*\); correct it there$"):
        environment_hash(path)


def test_a_comment_in_an_environment_changes_nothing(write):
    before = environment_hash(write("one/torch.yaml", "dependencies:\n  - pip:\n      - torch==2.13.0\n"))
    said = "# why\ndependencies: # these\n- pip: ['torch==2.13.0']\n"
    assert environment_hash(write("two/torch.yaml", said)) == before
    assert environment_hash(write("three/torch.yaml", said.replace("2.13.0", "2.13.1"))) != before


def test_imports_in_a_circle_end(write):
    script = write("script.py", "import a\n")
    write("a.py", "import b\n")
    write("b.py", "import a\n")
    assert list(fingerprint(script)) == ["a.py", "b.py", "script.py"]


def test_further_files_are_followed_too(write):
    script = write("script.py", "import a\n")
    write("a.py", "x = 1\n")
    write("helper.py", "x = 1\n")
    assert list(fingerprint(script, write("model.py", "import helper\n"))) == [
        "a.py", "helper.py", "model.py", "script.py",
    ]  # fmt: skip


def files_of(script, *further):
    return set(fingerprint(SCRIPTS / script, *further))


def test_training_depends_on_what_trains_only():
    assert {name.removeprefix("rotational_variance/") for name in files_of("train.py")} == {
        "train.py", "rv_jobs/train_network.py", "rv_study/run.py", "models/__init__.py", "networks/classifier.py", "networks/memory_format.py", "networks/output_form.py",
        "samples/cuts.py", "samples/examples.py", "samples/image_dataset.py", "samples/inputs.py", "torch_setup/torchvision_operators.py",
        "samples/rotation.py", "samples/subset.py", "storage/dataset_layout.py", "storage/dataset_reader.py", "storage/files.py",
        "storage/hdf5.py", "storage/history_layout.py",
        "storage/history_writer.py", "storage/tensor_file.py", "torch_setup/device.py", "training/checkpoint.py",
        "training/augmentation.py", "training/training_batches.py", "training/fit.py", "training/muon.py", "training/optimizer.py",
        "training/recipe.py", "training/resume.py", "training/scores.py",
    }  # fmt: skip


def test_readers_and_writers_of_one_format_are_in_the_stages_that_use_them_only():
    def storage(script):
        return {Path(name).stem for name in files_of(script) if "/storage/" in name} - {"files", "hdf5"}

    measurement = {"measurement_reader", "measurement_attributes", "measurement_layout"}
    history = {"history_reader", "history_layout"}
    assert storage("dataset.py") == {"dataset_writer", "dataset_layout"}
    assert storage("train.py") == {
        "dataset_reader",
        "dataset_layout",
        "tensor_file",
        "history_writer",
        "history_layout",
    }
    assert storage("measure.py") == {
        "dataset_reader", "dataset_layout", "tensor_file", "measurement_writer", "measurement_layout", "dimension_scales",
    }  # fmt: skip
    assert storage("plot.py") == measurement | history | {"figure_file"}
    assert storage("plot_models.py") == measurement | history | {"published_file", "figure_file"}
    assert storage("tables.py") == measurement | history | {"published_file"}
    assert storage("example.py") == measurement | {"dataset_reader", "dataset_layout", "tensor_file", "example_file"}
    assert storage("plot_example.py") == {"example_file", "figure_file"}
    assert storage("report.py") == measurement - {"measurement_reader"} | {"measurement_extent"}


def test_architectures_are_reached_by_the_name_of_the_run_only():
    library = files_of("train.py")
    assert not {name for name in library if "/models/" in name} - {"rotational_variance/models/__init__.py"}
    resnet = SCRIPTS / "rotational_variance" / "models" / "resnet.py"
    added = files_of("train.py", resnet) - library
    assert added == {"rotational_variance/models/resnet.py", "rotational_variance/torch_setup/torchvision_import.py"}


def test_how_a_job_reports_is_without_effect():
    for script in ("dataset.py", "train.py", "measure.py", "plot.py", "plot_models.py", "tables.py", "report.py"):
        assert not IGNORED & files_of(script)


def test_only_plots_depend_on_figures():
    def figures(script, drawings=()):
        texts = Params(SCRIPTS.parent, {}, {}, {}, {}).code(script, "plot.yaml", drawings)
        return {name for name, _, _ in (text.partition(": ") for text in texts) if "/figures/" in name}

    of_pair, of_models = catalogue.of_pair(["x"]), catalogue.of_models(["x"])
    for_pair, for_models = figures("plot.py", of_pair), figures("plot_models.py", of_models)
    for drawings, files, others in ((of_pair, for_pair, for_models), (of_models, for_models, for_pair)):
        drawers = {f"rotational_variance/figures/{drawing.drawer}.py" for drawing in drawings}
        assert drawers <= files
        assert not drawers & others
    for script in ("dataset.py", "train.py", "measure.py", "tables.py"):
        assert not figures(script)
    of_page = {"catalogue.py", "parts/training_looks.py"}
    assert figures("report.py") == {f"rotational_variance/figures/{name}" for name in of_page}


# ---- what is remembered


@pytest.fixture
def forgetful(monkeypatch, tmp_path):
    """Return a function that begins anew, as another Snakemake does, with what is remembered in `tmp_path`."""
    path = tmp_path / "remembered/code_facts.json"
    monkeypatch.setattr(code_facts, "REMEMBERED", path)

    def begin():
        for function in (code_facts.code_facts, code_facts._remembered, code_facts._new):
            function.cache_clear()
        return path

    yield begin
    monkeypatch.undo()
    begin()


def test_facts_are_remembered_by_content(forgetful, tmp_path):
    path, file = forgetful(), tmp_path / "a.py"
    file.write_text("import b\nfrom . import c\nx = 1\n")
    found = code_facts.code_facts(file)
    code_facts.remember()
    before = path.read_bytes()
    forgetful()
    again = code_facts.code_facts(file)
    assert (again.hash, again.only_docstring) == (found.hash, found.only_docstring)
    assert [tuple(names) for names in again.imports] == found.imports == [("b", 0, []), ("", 1, ["c"])]
    assert code_facts._new() == {}
    code_facts.remember()
    assert path.read_bytes() == before
    forgetful()
    file.write_text("import b\nfrom . import c\nx = 2\n")
    assert code_facts.code_facts(file).hash != found.hash


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"found_by": "another code", "facts": {}}'])
def test_what_cannot_be_read_is_found_again(forgetful, tmp_path, content):
    path, file = forgetful(), tmp_path / "a.py"
    file.write_text("x = 1\n")
    path.parent.mkdir()
    path.write_text(content)
    assert code_facts.code_facts(file).hash
    code_facts.remember()
    assert "another code" not in path.read_text()
    path.unlink()
    path.mkdir()  # where nothing can be written
    forgetful()
    assert code_facts.code_facts(file).hash
    code_facts.remember()
