import { isBuildFresh } from "../../bin/freshness.mjs"
import { build, setup } from "../../bin/setup.mjs"

/**
 * What wire and browser tests start is built from what stands here, whoever runs them: `npm test`, Vitest, Playwright.
 */
export default function freshBuild() {
	setup()
	if (!isBuildFresh()) build()
}
