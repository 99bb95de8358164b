// A picture of a page, when it is done with asking: node dev/picture.mjs ADDRESS FILE WIDTH HEIGHT
import { newPage, openBrowser, settled } from "../tests/browser/support.mjs";

const [address, path, width, height] = process.argv.slice(2);
const browser = await openBrowser();
const page = await newPage(browser, { viewport: { width: Number(width), height: Number(height) } });
await page.goto(address);
await page.getByText("live,").waitFor();
await settled(page);
await page.screenshot({ path });
await browser.close();
