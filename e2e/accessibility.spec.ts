import type { Page } from "@playwright/test"
import { expect, test } from "./fixtures"
import { expectAccessible } from "./support/axe"
import { reachableStates, stateContext } from "./support/page-state"

/** WCAG 2.2, 2.5.8; links in a sentence are exempt. */
const MIN_TARGET_PIXELS = 24

async function smallTargets(page: Page): Promise<string[]> {
	return page
		.locator("button:visible, input:visible, .button:visible, .brand a")
		.evaluateAll((targets, least) => {
			const isSmall = (target: Element) => {
				const { width, height } = target.getBoundingClientRect()
				// A click on its label counts for a checkbox.
				const label = target.closest("label")?.getBoundingClientRect()
				return Math.max(width, label?.width ?? 0) < least || Math.max(height, label?.height ?? 0) < least
			}
			return targets.filter(isSmall).map((target) => target.outerHTML)
		}, MIN_TARGET_PIXELS)
}

for (const colorScheme of ["light", "dark"] as const)
	test.describe(`in ${colorScheme} colours`, { tag: "@js" }, () => {
		test.use({ colorScheme })
		for (const [name, reach] of reachableStates)
			test(`${name} meets WCAG 2.2 AA`, async ({ page, server, mailbox }) => {
				await reach(await stateContext(page, server, mailbox))
				await expectAccessible(page)
				expect(await smallTargets(page)).toEqual([])
				await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1)
				await expect(page).toHaveTitle(/\S/)
				await expect(page.locator("html")).toHaveAttribute("lang", "en")
			})
	})
