import { chromium, type Browser } from 'playwright';
import { chromiumArguments, findChromium } from '../../scripts/find-chromium.mjs';

/** Starts a headless Chromium for an end-to-end test; the test closes it. */
export async function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium({ install: false }), args: chromiumArguments });
}
