"""The notebook in examples runs from a clean kernel, and its results show themselves."""

import nbclient
import nbformat
import pytest
from conftest import REPOSITORY

FILE = REPOSITORY / "examples" / "early_warning.ipynb"

# What the outputs of cells must hold, by what their code ends with.
SHOWN = {
    "today": ["<section", "<svg", "gone_silent", "red"],
    "today.explain(worst)": ["<section", "<svg", "Alerts", "last click"],
    "engine.change(earlier.explain(worst), today.explain(worst))": ["<section", "<svg"],
    "engine.plan()": ["<section", "days_since_click"],
}


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(FILE, as_version=4)


def test_it_is_kept_without_outputs(notebook):
    nbformat.validate(notebook)
    code = [it for it in notebook.cells if it.cell_type == "code"]
    assert code and all(not it.outputs and it.execution_count is None for it in code)


# What becomes of sockets at the end is the client's affair, and none of this package's.
@pytest.mark.filterwarnings("default")
def test_it_runs_from_a_clean_kernel(notebook, monkeypatch):
    # The kernel of this environment, whatever else is on the machine.
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    where = {"metadata": {"path": str(FILE.parent)}}
    client = nbclient.NotebookClient(
        notebook, kernel_name="python3", timeout=300, startup_timeout=180, resources=where
    )
    done = client.execute()
    outputs = {it.source.splitlines()[-1]: it.outputs for it in done.cells if it.cell_type == "code"}
    for cell, texts in SHOWN.items():
        html = "".join(it["data"]["text/html"] for it in outputs[cell] if "data" in it)
        for text in texts:
            assert text in html, f"{cell}: {text}"
    told = "".join(it.get("text", "") for all in outputs.values() for it in all)
    assert "test result: ok." in told
