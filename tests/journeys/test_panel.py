"""A person at the panel: a real browser on a whole box, from the live trace to Stop everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.running import up
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TRACE_PIXELS = """() => Math.max(0, ...[...document.querySelectorAll('canvas')].map(canvas => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let lit = 0;
    for (let i = 3; i < data.length; i += 4) lit += data[i] > 200 ? 1 : 0;
    return lit;
}))"""


@contextmanager
def browser_page(address: str, complaints: list[str]) -> Iterator[Page]:
    """Open the panel in Chromium at phone size; complaints gathers what its console says."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        try:
            yield page
        finally:
            browser.close()


def test_a_person_sees_the_heart_starts_breathes_and_stops_everything(tmp_path: Path) -> None:
    complaints: list[str] = []
    with up(tmp_path, "--simulate") as box:
        assert until(box.is_ready, 30)
        with browser_page(box.address, complaints) as page:
            expect(page.get_by_text("SIMULATED", exact=False).first).to_be_visible(timeout=20_000)
            assert until(lambda: page.evaluate(TRACE_PIXELS) > 200, 20)
            page.get_by_role("button", name="Start").click()
            expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=10_000)
            expect(page.get_by_text("Breathe", exact=False).first).to_be_visible(timeout=10_000)
            page.keyboard.press("Escape")
            box.sees(lambda message: message["runner"] == "emergency", 5)
        assert complaints == []
        assert box.stop() == 0
