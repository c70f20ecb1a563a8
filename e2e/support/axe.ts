import AxeBuilder from "@axe-core/playwright"
import { expect, type Page } from "@playwright/test"

const WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
/** Looks at the page as it is now. No page of ours has frames, and only for those would axe open a second page. */
export async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.setLegacyMode()
		.options({ runOnly: WCAG_22_AA, rules: { "target-size": { enabled: true } } })
		.analyze()
	const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)
	expect(told).toEqual([])
}

/**
 * For pages that are too much trouble to reach once for each.
 *
 * @param scripts whether the page runs any: axe is one itself
 */
export async function expectAccessibleInBothSchemes(page: Page, scripts: boolean | undefined): Promise<void> {
	if (!scripts) return
	for (const colorScheme of ["light", "dark"] as const) {
		// Without motion, so that no colour is seen on its way to another.
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
		await expectAccessible(page)
	}
}
