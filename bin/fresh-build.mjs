import { isBuildFresh } from "./freshness.mjs"
import { build, setup } from "./setup.mjs"

/**
 * What tests, the bench and screenshots start is built from what stands here, whoever runs them: also Vitest and
 * Playwright by themselves.
 */
export default function freshBuild() {
	setup()
	if (!isBuildFresh()) build()
}
