"""The player in headless Chromium: from disk, in JupyterLab, in an exported notebook.

Skipped where Chromium or what drives it is missing, but not in CI: `.ci/run` installs both. Set
GLASSGRAD_SCREENSHOTS to a folder to look at what the tests saw.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
import warnings
from pathlib import Path

import pytest

import engine
from engine import Value
from tests.graphs import fan_out, random_graph
from tests.needs import CHROMIUM, needs

pytestmark = needs("playwright", "jupyterlab", program=CHROMIUM)


@pytest.fixture
def page(chromium, request):
    scheme = getattr(request, "param", "light")
    page = chromium.new_page(
        viewport={"width": 760, "height": 460}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.mishaps, page.requests = [], []
    page.on("pageerror", lambda error: page.mishaps.append(str(error)))
    page.on("request", lambda sent: page.requests.append(sent.url))
    yield page
    shots = os.environ.get("GLASSGRAD_SCREENSHOTS")
    if shots:
        name = "".join(c if c.isalnum() else "_" for c in request.node.name)
        page.screenshot(path=Path(shots) / f"{name}.png")
    page.close()
    assert page.mishaps == []


@pytest.fixture
def player_file(tmp_path) -> Path:
    return engine.play(fan_out()).save(tmp_path / "fan.html")


def card(page, name: str):
    return page.get_by_role("button", name=f"{name}:", exact=False)


def caption(page) -> str:
    return page.locator(".caption").inner_text()


def test_page_on_disk_asks_for_nothing_but_itself(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_role("button", name="first step").click()
    assert caption(page).startswith("start")
    assert page.requests == [player_file.as_uri()]


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_text_stands_out_from_the_background_in_light_and_dark(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_role("button", name="step back").click()
    card(page, "a").hover()
    colours = page.evaluate(
        """() => {
            const host = document.querySelector('[data-glassgrad]').shadowRoot;
            const light = css => {
                const c = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
                const d = c.getContext('2d');
                d.fillStyle = css;
                d.fillRect(0, 0, 1, 1);
                return d.getImageData(0, 0, 1, 1).data[1];
            };
            const dark = matchMedia('(prefers-color-scheme: dark)').matches;
            return ['.caption', '.lines', 'button'].map(s =>
                Math.abs(light(getComputedStyle(host.querySelector(s)).color)
                    - (dark ? 18 : 255)));
        }"""
    )
    assert min(colours) > 150


def test_steps_say_what_frames_say(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_role("button", name="first step").click()
    said = [caption(page)]
    forward = page.get_by_role("button", name="step forward")
    while forward.is_enabled():
        forward.click()
        said.append(caption(page))
    assert [" ".join(text.split()) for text in said] == [
        " ".join(text.split()) for text in engine.frames(fan_out()).captions
    ]


def test_cards_hold_what_the_pass_has_reached(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_role("button", name="first step").click()
    assert card(page, "L").get_attribute("aria-label") == "L: data ?, grad 0"
    page.get_by_role("button", name="last step").click()
    page.get_by_role("button", name="step back").click()
    assert card(page, "a").get_attribute("aria-label") == "a: data 2, grad −2"
    page.get_by_role("button", name="step forward").click()
    assert card(page, "a").get_attribute("aria-label") == "a: data 2, grad −8"


def test_hovered_card_shows_one_line_per_path_and_the_total(page, player_file) -> None:
    page.goto(player_file.as_uri())
    card(page, "a").hover()
    lines = page.locator(".lines").inner_text().splitlines()
    assert lines == [
        "a.grad is the sum over the 3 places a is used:",
        "  ∂e/∂a × e.grad = −3 × 2 = −6",
        "  ∂f/∂a × f.grad = 1 × 2 = +2",
        "  ∂L/∂a × L.grad = −4 × 1 = −4",
        "  total −8",
    ]


def test_keyboard_alone_is_enough(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.keyboard.press("Home")
    assert caption(page).startswith("start")
    page.keyboard.press("ArrowRight")
    assert "e = a × b = 2 × −3 = −6" in caption(page)
    page.keyboard.press("End")
    assert page.locator(".count").inner_text() == "8/8"
    for _ in range(20):
        page.keyboard.press("Tab")
        if "a.grad" in page.locator(".lines").inner_text():
            break
    assert "total −8" in page.locator(".lines").inner_text()


def test_space_plays_to_the_end_and_stops(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_label("speed").select_option("4")
    page.locator(".caption").click()
    page.keyboard.press(" ")
    page.wait_for_function(
        "() => document.querySelector('[data-glassgrad]').shadowRoot"
        ".querySelector('.count').textContent !== '8/8'"
    )
    page.get_by_role("button", name="play", exact=True).wait_for(timeout=8000)
    assert page.locator(".count").inner_text() == "8/8"


def ask_for(page, name: str, guess: str) -> str:
    page.get_by_label("predict").check()
    card(page, name).click()
    page.get_by_label(f"your {name}.grad").fill(guess)
    page.get_by_label(f"your {name}.grad").press("Enter")
    return page.get_by_role("status").inner_text()


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ("-8", "right: a.grad = −8"),
        ("−8,0", "right: a.grad = −8"),
        ("8", "right size, wrong sign"),
        ("-4", "off by +4: the path through L is missing; gradients add up over all 3 paths"),
        ("-10", "the path through f is missing"),
        ("+2", "the paths through e and through L are missing"),
        ("48", "that is the product of the paths"),
        ("100", "off by +108; it has 3 paths"),
        ("eight", "type a number, such as −1.5"),
    ],
)
def test_guess_is_judged_in_words(page, player_file, guess, answer) -> None:
    page.goto(player_file.as_uri())
    assert answer in ask_for(page, "a", guess)


def test_local_derivative_alone_is_recognised(page, player_file) -> None:
    page.goto(player_file.as_uri())
    assert "off by −1: that is the local derivative alone" in ask_for(page, "e", "1")


def test_gradient_to_be_guessed_is_hidden_until_it_is_right(page, player_file) -> None:
    page.goto(player_file.as_uri())
    ask_for(page, "a", "3")
    assert card(page, "a").get_attribute("aria-label") == "a: data 2, grad ?"
    page.get_by_label("your a.grad").fill("-8")
    page.get_by_role("button", name="check").click()
    assert "grad ?" not in card(page, "a").get_attribute("aria-label")
    page.get_by_role("button", name="last step").click()
    assert card(page, "a").get_attribute("aria-label") == "a: data 2, grad −8"


def test_predicting_asks_at_each_step_before_it_shows(page, player_file) -> None:
    page.goto(player_file.as_uri())
    page.get_by_label("predict").check()
    page.get_by_role("button", name="step forward").click()
    assert "What is f.grad?" in page.locator(".lines").inner_text()
    assert "f.grad +=" not in caption(page)
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    assert "right: f.grad = +2" in page.locator(".lines").inner_text()
    assert "f.grad += 2 × 1 = +2" in caption(page)


def test_label_cannot_smuggle_in_a_script(page, tmp_path) -> None:
    evil = "</script><script>window.caught=1</script><img src=x onerror=window.caught=1>\n\"'&😀"
    a, b = Value(2.0, evil), Value(3.0, "x" * 500)
    file = engine.play(a * b + a).save(tmp_path / "evil.html")
    page.goto(file.as_uri())
    page.get_by_role("button", name="first step").click()
    page.get_by_role("button", name="<script>window").hover()
    assert page.evaluate("() => window.caught") is None
    assert page.locator(".lines").inner_text().startswith("</script><script>window…")
    assert page.locator("title", has_text="onerror").count() == 1  # the whole label, on hover


def test_last_frame_of_the_player_equals_grad_on_random_graphs(page, tmp_path) -> None:
    from engine.words.numbers import number_text

    for seed in range(100):
        root = random_graph(seed)
        root.zero_grad()
        root.backward()
        page.goto(engine.play(root).save(tmp_path / f"{seed}.html").as_uri())
        page.get_by_role("button", name="first step").click()
        page.get_by_role("button", name="last step").click()
        for leaf in engine.leaves(root):
            shown = card(page, leaf.label).get_attribute("aria-label")
            assert shown.endswith(f"grad {number_text(leaf.grad, signed=True)}"), (seed, shown)


def test_page_without_scripts_shows_a_static_picture(chromium, player_file) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(player_file.as_uri())
    box = page.locator("img").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 100
    context.close()


def test_animated_svg_moves_inside_an_img(page, tmp_path) -> None:
    engine.frames(fan_out()).save(tmp_path / "fan.svg")
    (tmp_path / "page.html").write_text('<img src="fan.svg">')
    page.goto((tmp_path / "page.html").as_uri())
    first = page.screenshot()
    page.wait_for_timeout(3200)
    assert page.screenshot() != first


# ---- what a screen reader announces ----


def announced(page) -> list[dict[str, str]]:
    """Return role, name and description of what is in the accessibility tree of a page."""
    session = page.context.new_cdp_session(page)
    found = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        {key: str(node.get(key, {}).get("value", "")) for key in ("role", "name", "description")}
        for node in found
        if not node["ignored"]
    ]


def test_picture_is_an_image_with_a_name_and_all_its_numbers_as_description(page) -> None:
    out = fan_out()
    out.backward()
    next(leaf for leaf in engine.leaves(out) if leaf.label == "b").data = 1.5
    page.set_content(f"<!doctype html><body>{engine.draw(out).svg}")
    (image,) = (node for node in announced(page) if node["role"] == "image")
    assert image["name"] == "gradient graph of L"
    for text in (
        "this graph is stale: 'b' was changed from −3 to 1.5",
        "L: data -8.0, grad 1.0",
        "b: data -3.0 (changed to 1.5 since), grad 4.0",
    ):
        assert text in image["description"]


def test_image_of_frames_is_told_by_its_captions(page) -> None:
    page.set_content(f"<!doctype html>{engine.frames(fan_out())._repr_mimebundle_()['text/html']}")
    (image,) = (node for node in announced(page) if node["role"] == "image")
    assert "forward e = a × b = 2 × −3 = −6" in image["name"]


def test_player_of_a_stale_graph_says_so_and_plays_the_recording(page, tmp_path) -> None:
    out = fan_out()
    next(leaf for leaf in engine.leaves(out) if leaf.label == "b").data = 1.5
    page.goto(engine.play(out).save(tmp_path / "stale.html").as_uri())
    names = " ".join(node["name"] for node in announced(page) if node["role"] == "StaticText")
    assert "this graph is stale: 'b' was changed from −3 to 1.5" in names
    assert card(page, "b").get_attribute("aria-label") == "b: data −3, grad +4"


# ---- notebooks ----


@pytest.fixture(scope="module")
def notebook(tmp_path_factory) -> Path:
    """Return a notebook with a player's stored output, as nobody has trusted it yet."""
    import nbformat

    bundle = engine.play(fan_out())._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
    cell = nbformat.v4.new_code_cell("engine.play(L)", outputs=[output], execution_count=1)
    folder = tmp_path_factory.mktemp("notebooks")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(whole, folder / "fan.ipynb")
    return folder / "fan.ipynb"


@pytest.fixture(scope="module")
def lab(notebook):
    """Run JupyterLab over the notebook's folder; yield its address."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = notebook.parent
    options = [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    options += ["--no-browser", "--allow-root", "--ServerApp.disable_check_xsrf=True"]
    options += [f"--ServerApp.root_dir={folder}"]
    own = {name: str(folder / ".own") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    private = {**os.environ, **own, "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=private,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).close()
            break
        except OSError:
            time.sleep(0.5)
    else:
        pytest.fail("JupyterLab did not start within a minute")
    yield address, private
    server.terminate()
    server.wait(20)


def open_notebook(page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 1200, "height": 800})
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.locator(".jp-OutputArea-output").first.wait_for(timeout=60_000)


def test_untrusted_notebook_shows_the_static_picture(page, lab, notebook) -> None:
    open_notebook(page, lab[0], notebook.name)
    image = page.locator(".jp-OutputArea-output img").first
    image.wait_for(timeout=20_000)
    assert image.bounding_box()["width"] > 300
    assert image.evaluate("img => img.complete && img.naturalWidth > 0")
    assert page.get_by_role("button", name="first step").count() == 0


@pytest.fixture(params=["Light", "Dark"])
def theme(request, notebook) -> str:
    settings = notebook.parent / ".settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    chosen = f'{{"theme": "JupyterLab {request.param}"}}'
    (settings / "themes.jupyterlab-settings").write_text(chosen)
    return request.param


def test_trusted_notebook_shows_the_player(page, lab, notebook, theme) -> None:
    trusted = notebook.with_name("trusted.ipynb")
    shutil.copy(notebook, trusted)
    command = [sys.executable, "-m", "jupyter", "trust", str(trusted)]
    subprocess.run(command, check=True, capture_output=True, env=lab[1])
    open_notebook(page, lab[0], trusted.name)
    output = page.locator(".jp-OutputArea-output").first
    output.get_by_role("button", name="first step").click(timeout=30_000)
    assert output.locator(".caption").inner_text().startswith("start")
    before = page.url
    output.locator(".caption").click()
    output.get_by_role("button", name="step forward").focus()
    page.keyboard.press("ArrowRight")
    assert "e = a × b" in output.locator(".caption").inner_text()
    assert page.url == before
    ink = output.locator(".caption").evaluate("e => getComputedStyle(e).color")
    brightness = max(map(int, ink[ink.index("(") + 1 : -1].split(",")[:3]))
    assert brightness > 180 if theme == "Dark" else brightness < 90


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_exported_notebook_plays_without_a_network(page, notebook) -> None:
    from nbconvert import HTMLExporter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's own libraries
        html, _ = HTMLExporter().from_filename(str(notebook))
    exported = notebook.with_suffix(".html")
    exported.write_text(html, encoding="utf-8")
    # The exporter's page asks for its own scripts; they are not there.
    page.route("http*://**", lambda route: route.abort())
    page.goto(exported.as_uri())
    page.get_by_role("button", name="step back").click()
    assert page.locator(".count").inner_text() == "7/8"
