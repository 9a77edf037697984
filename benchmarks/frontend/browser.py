"""How a page appears in Chromium, on a phone with slow 4G as Lighthouse has it."""

import shutil
from typing import Any

NAMES = ["chromium", "chromium-browser", "google-chrome"]
ROUNDS = 5
# 150 ms between request and response, 1.6 Mbit/s down, 0.75 up, a fourth of the CPU.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
CPU_RATE = 4
PHONE = {"width": 412, "height": 823}
OBSERVE = """
  window.largest = 0; window.shift = 0;
  new PerformanceObserver((list) => { window.largest = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


def appearance(url: str) -> str:
    """Return the median of the largest paint, and the greatest layout shift."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)), None)
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        found = [load(browser, url) for _ in range(ROUNDS)]
        browser.close()
    paints = sorted(paint for paint, _ in found)
    shift = max(shift for _, shift in found)
    return f"largest paint {paints[ROUNDS // 2] / 1000:.2f} s, layout shift {shift:.3f}"


def load(browser: Any, url: str) -> tuple[float, float]:
    context = browser.new_context(viewport=PHONE, device_scale_factor=1.75, is_mobile=True)
    page = context.new_page()
    page.add_init_script(OBSERVE)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_RATE})
    page.goto(url, wait_until="networkidle")
    values = page.evaluate("[window.largest, window.shift]")
    context.close()
    return tuple(values)
