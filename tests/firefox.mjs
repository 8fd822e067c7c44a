/* Drives Debian's Firefox for tests/maps/test_firefox.py, over WebDriver BiDi: Playwright cannot. Reads a
   visit a line as JSON from standard input, and answers each with a line: what its steps gave, and what was
   heard. A step is a method of puppeteer's page, or of its keyboard or mouse, and its arguments. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const PATIENCE = 20_000; // ms for a step: machines are shared
const QUIET = ["data:", "about:", "blob:"];

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: process.argv[2],
  timeout: 3 * PATIENCE,
  protocolTimeout: 2 * PATIENCE, // a visit ends, whatever the page does
  extraPrefsFirefox: {
    "ui.prefersReducedMotion": 1,
    "network.proxy.type": 1, // no network: everything goes by a proxy that is not there
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
  },
});

async function take(page, [name, ...given]) {
  const path = name.split(".");
  const method = path.pop();
  const owner = path.reduce((of, part) => of[part], page);
  const value = await owner[method](...given);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value !== null && typeof value === "object" && "dispose" in value ? null : value;
}

async function visit({ url, width, height, steps }) {
  const answer = { values: [], heard: [], error: null };
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => answer.heard.push(message.text()));
    page.on("pageerror", (error) => answer.heard.push(String(error)));
    page.on("request", (asked) => {
      const to = asked.url();
      if (to !== url && !QUIET.some((start) => to.startsWith(start))) answer.heard.push(to);
    });
    await page.setViewport({ width, height });
    await page.goto(url);
    await page.waitForSelector("html[data-ready]");
    for (const step of steps) answer.values.push((await take(page, step)) ?? null);
  } catch (error) {
    answer.error = `step ${answer.values.length + 1}: ${error.stack}`;
  }
  await context.close();
  return answer;
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await visit(JSON.parse(line));
  if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, "drain");
}
await browser.close();
