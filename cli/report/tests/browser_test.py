#!/usr/bin/python3
"""
The report in a real browser: without a complaint, without a request to anywhere, with scripts and
without, light, dark, narrow and on paper. Usage: browser_test.py APFSIM SOURCES FOLDER

Ends with 77 if there is no chromium or no Selenium; keeps its pictures in FOLDER.
"""
import base64
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

SKIPPED = 77

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("skipped: python3-selenium is not installed (tools/install-deps installs it)")
    sys.exit(SKIPPED)

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars"]
APFSIM = SOURCES = FOLDER = ""


def open_browser(profile, has_scripts):
    options = Options()
    options.binary_location = CHROMIUM
    for flag in FLAGS + ["--user-data-dir=" + profile]:
        options.add_argument(flag)
    if not has_scripts:
        options.add_experimental_option(
            "prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def pixels_of(png):
    """Rows of bytes, and bytes per pixel; enough of PNG for what a browser writes."""
    at, data, width, channels = 8, b"", 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, _, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, size, rows = zlib.decompress(data), width * channels, []
    before = bytes(size)
    for start in range(0, len(raw), size + 1):
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + size])
        for i in range(size if kind else 0):
            left = row[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            guess = (0, left, before[i], (left + before[i]) // 2, paeth(left, before[i], corner))
            row[i] = (row[i] + guess[kind]) & 255
        rows.append(bytes(row))
        before = row
    return rows, channels


def colours_of(png, step=3):
    rows, channels = pixels_of(png)
    return {row[i:i + 3] for row in rows[::step] for i in range(0, len(row), channels * step)}


class Browser(unittest.TestCase):
    has_scripts = True

    @classmethod
    def setUpClass(cls):
        cls.profile = tempfile.mkdtemp(prefix="apfsim-browser-")
        cls.browser = open_browser(cls.profile, cls.has_scripts)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.profile, ignore_errors=True)

    def setUp(self):
        self.show(1200)

    def tearDown(self):
        self.expect_silence()

    def command(self, name, **values):
        return self.browser.execute_cdp_cmd(name, values)

    def show(self, width, scheme="light", media="screen"):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900,
                     deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[{"name": "prefers-color-scheme", "value": scheme},
                               {"name": "prefers-reduced-motion", "value": "reduce"}])
        self.browser.get("file://" + FOLDER + "/report.html")

    def expect_silence(self):
        """No word on the console, and no request but the file itself."""
        self.assertEqual(self.browser.get_log("browser"), [])
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"].split("#")[0]
                if not url.startswith(("data:", "chrome:", "about:")):
                    self.assertEqual(url, "file://" + FOLDER + "/report.html")

    def all(self, what):
        return self.browser.find_elements(By.CSS_SELECTOR, what)

    def shown(self, what):
        return self.browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility())",
            what)

    def texts(self, what):
        return self.browser.execute_script("return arguments[0].map(e => e.textContent)",
                                           self.shown(what))

    def picture(self, name, what="html"):
        """Keeps a picture of the first of these; the colours in it, seen from afar."""
        box = self.browser.execute_script(
            "const b = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return {x: b.left + scrollX, y: b.top + scrollY, width: b.width, height: b.height}",
            what)
        png = self.capture(dict(box, scale=1))
        with open(os.path.join(FOLDER, name + ".png"), "wb") as out:
            out.write(png)
        return colours_of(self.capture(dict(box, height=min(box["height"], 1800), scale=0.25)))

    def capture(self, clip):
        return base64.b64decode(self.command("Page.captureScreenshot", captureBeyondViewport=True,
                                             clip=clip)["data"])

    def expect_figures(self, least):
        sizes = self.browser.execute_script(
            "return arguments[0].map(e => e.getBoundingClientRect()).map(b => [b.width, b.height])",
            self.shown("svg.figure"))
        self.assertGreaterEqual(len(sizes), least)
        for width, height in sizes:
            self.assertGreater(width, 150)
            self.assertGreater(height, 10)


class WithoutScripts(Browser):
    has_scripts = False

    def test_all_is_there_and_readable(self):
        self.assertEqual(self.all("button"), [], "no control that does nothing")
        self.expect_figures(7)
        self.assertGreater(len(self.shown("#summary tbody tr")), 80)
        self.assertIn("pairs", self.all(".findings li")[0].text)
        self.assertEqual(len(self.all("#map .slice")), 2)
        box = [e for e in self.shown("#map summary") if "other values" in e.text][0]
        box.click()
        self.assertEqual(len(self.shown("#map .slice")), 2)
        self.shown("#runs details summary")[0].click()
        self.assertIn("apfsim run ", self.shown("pre.command")[0].text)
        self.assertGreater(len(self.picture("plain")), 30)


class WithScripts(Browser):
    def test_light_dark_and_narrow_pictures_are_not_blank(self):
        for name, width, scheme in (("light", 1200, "light"), ("dark", 1200, "dark"),
                                    ("narrow", 400, "light"), ("narrow-dark", 400, "dark")):
            self.show(width, scheme)
            self.expect_figures(7)
            self.assertLessEqual(self.browser.execute_script(
                "return document.documentElement.scrollWidth"), width, "no scrolling sideways")
            self.assertGreater(len(self.picture(name)), 30, name)
            self.assertGreater(len(self.picture(name + "-map", "#map .slice svg")), 8, name)

    def test_paper_has_everything(self):
        self.show(800, media="print")
        self.assertEqual(self.shown("nav, .theme, .controls, select"), [])
        self.assertEqual(len(self.shown("#map .slice")), 2)
        self.assertEqual(self.heights("#summary .table")[0], self.heights("#summary .table")[1])
        self.assertEqual(self.shown("#runs pre.command"), [], "many entries stay closed")
        self.assertGreater(len(self.shown("#hops td")), 5, "what else is closed is open on paper")
        self.assertGreater(len(self.picture("print")), 30)
        pdf = base64.b64decode(self.command("Page.printToPDF")["data"])
        with open(os.path.join(FOLDER, "report.pdf"), "wb") as out:
            out.write(pdf)
        self.assertEqual(pdf[:5], b"%PDF-")
        self.assertGreater(pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page "), 3)

    def heights(self, what):
        """Of the box that is seen, and of what is in it."""
        return self.browser.execute_script(
            "const b = document.querySelector(arguments[0]);"
            "return [b.clientHeight, b.scrollHeight]", what)

    def test_a_long_table_scrolls_in_its_box(self):
        shown, whole = self.heights("#summary .table")
        self.assertLess(shown, 640)
        self.assertGreater(whole, 2000)
        box = self.all("#summary .table")[0]
        self.assertEqual((box.get_attribute("role"), box.get_attribute("aria-label")),
                         ("region", "All points"))
        self.browser.execute_script("arguments[0].focus()", box)
        box.send_keys(Keys.END)
        self.browser.execute_async_script("setTimeout(arguments[0], 300)")
        self.assertGreater(self.browser.execute_script("return arguments[0].scrollTop", box), 1000)
        self.assertEqual(self.heights("#designs .table")[0], self.heights("#designs .table")[1])

    def test_theme_follows_the_button_and_is_remembered(self):
        back = "return getComputedStyle(document.body).backgroundColor"
        light = self.browser.execute_script(back)
        self.all("button.theme")[0].click()
        dark = self.browser.execute_script(back)
        self.assertNotEqual(light, dark)
        self.assertEqual(self.all("button.theme")[0].text, "Light")
        self.show(1200)
        self.assertEqual(self.browser.execute_script(back), dark)
        self.all("button.theme")[0].click()
        self.assertEqual(self.browser.execute_script(back), light)

    def column(self, index):
        return self.browser.execute_script(
            "return arguments[0].map(row => Number(row.cells[arguments[1]].dataset.v))",
            self.shown("#summary tbody tr"), index)

    def test_a_click_sorts_by_numbers(self):
        heads = self.all("#summary thead th")
        index = [i for i, head in enumerate(heads) if head.text.startswith("time_ps")][0]
        heads[index].find_element(By.TAG_NAME, "button").click()
        up = self.column(index)
        self.assertEqual(up, sorted(up))
        self.assertEqual(heads[index].get_attribute("aria-sort"), "ascending")
        heads[index].find_element(By.TAG_NAME, "button").click()
        self.assertEqual(self.column(index), sorted(up, reverse=True))

    def test_words_filter_rows(self):
        rows = len(self.shown("#summary tbody tr"))
        field = self.all("#summary input[type=search]")[0]
        field.send_keys("v4 12us")
        shown = self.texts("#summary tbody tr")
        self.assertTrue(0 < len(shown) < rows)
        for words in shown:
            self.assertIn("v4", words)
            self.assertIn("12us", words)
        self.assertIn("%d of %d shown" % (len(shown), rows), self.all("#summary .controls")[0].text)
        field.send_keys(" no-such-word")
        self.assertEqual(self.shown("#summary tbody tr"), [])

    def test_maps_and_distributions_can_be_chosen(self):
        self.assertEqual(len(self.shown("#map .slice")), 1)
        first = self.shown("#map .slice")[0].get_attribute("data-words")
        self.all("#map [data-choose] > label select option")[1].click()
        self.assertEqual(len(self.shown("#map .slice")), 1)
        self.assertNotEqual(self.shown("#map .slice")[0].get_attribute("data-words"), first)
        before = self.all("#latency svg")[0].get_attribute("innerHTML")
        self.all("#latency select option")[1].click()
        self.assertNotEqual(self.all("#latency svg")[0].get_attribute("innerHTML"), before)

    def test_a_point_of_the_table_opens_its_entry(self):
        self.all("#summary tbody a")[4].click()
        entry = self.all("#point-4")[0]
        self.assertIsNotNone(entry.get_attribute("open"))
        self.assertIn("--seed", entry.find_element(By.CSS_SELECTOR, "pre.command").text)
        self.assertTrue(entry.find_element(By.CSS_SELECTOR, "svg").is_displayed())

    def test_marks_speak_to_the_mouse_and_the_keyboard(self):
        figure = self.all("#map .slice svg")[0]
        self.browser.execute_script("arguments[0].focus()", figure)
        seen = set()
        for _ in range(3):
            self.browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
            seen.add(self.shown(".tip")[0].text)
        self.assertEqual(len(seen), 3)
        self.assertTrue(all("store.read.median" in words for words in seen), seen)
        self.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
        self.assertEqual(self.shown(".tip"), [])
        webdriver.ActionChains(self.browser).move_to_element(
            self.all("#pareto svg .mark")[-1]).perform()
        self.assertIn("times the time_ps", self.shown(".tip")[0].text)

    def test_the_tab_key_reaches_every_control(self):
        reached = []
        for _ in range(60):
            webdriver.ActionChains(self.browser).send_keys(Keys.TAB).perform()
            element = self.browser.switch_to.active_element
            section = self.browser.execute_script(
                "const s = arguments[0].closest('section, header'); return s ? s.id : ''", element)
            reached.append((section, element.tag_name, element.get_attribute("class")))
            width = self.browser.execute_script(
                "return getComputedStyle(arguments[0]).outlineStyle", element)
            self.assertNotEqual(width, "none", "focus must be seen: %s" % (reached[-1],))
        self.assertEqual(reached[0][2], "skip")
        for wanted in (("map", "svg", "figure"), ("summary", "input", ""), ("summary", "select", ""),
                       ("summary", "button", "")):
            self.assertIn(wanted, reached)
        self.assertIn("theme", [cls for _, _, cls in reached])


def main():
    global APFSIM, SOURCES, FOLDER
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    APFSIM, SOURCES, FOLDER = (os.path.abspath(path) for path in sys.argv[1:])
    if not CHROMIUM or not DRIVER:
        print("skipped: chromium or chromium-driver is not installed")
        sys.exit(SKIPPED)
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    results = os.path.join(FOLDER, "results.db")
    sweep = os.path.join(SOURCES, "cli/report/tests/browser.yaml")
    subprocess.run([APFSIM, "sweep", "run", sweep, "--out", results, "--quiet"], check=True)
    subprocess.run([APFSIM, "report", results, "--out", os.path.join(FOLDER, "report.html")],
                   check=True)
    unittest.main(argv=sys.argv[:1], verbosity=2)


if __name__ == "__main__":
    main()
