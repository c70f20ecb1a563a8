import { expect, test } from "./fixtures"
import { conditions, weakContrasts } from "./support/contrast"
import { reachableStates, stateContext } from "./support/page-state"

/** Between them, they have every part that pages are made of. At rest, `accessibility.spec.ts` measures all states. */
const PAGES = ["home", "login-empty", "register-error", "verify", "account", "users", "user-error"]

for (const [name, reach] of reachableStates.filter(([name]) => PAGES.includes(name)))
	test(`${name}: texts, edges and focus stand out in every state of its controls`, { tag: "@js" }, async ({
		page,
		server,
		mailbox,
	}) => {
		await reach(await stateContext(page, server, mailbox))
		for (const [condition, force] of Object.entries(conditions))
			await test.step(condition, async () => {
				const forced = await force(page)
				for (const colorScheme of ["light", "dark"] as const) {
					await page.emulateMedia({ colorScheme })
					expect(await weakContrasts(page), `${condition}, ${colorScheme}`).toEqual([])
				}
				await forced?.detach()
			})
	})

test("the measure sees what only a picture shows", { tag: "@js" }, async ({ page }) => {
	await page.setContent(`
		<style>
			body { margin: 0; background: black }
			p { position: relative; z-index: 0; margin: 0; color: white }
			.covered::before { content: ""; position: absolute; inset: 0; z-index: -1; background: #ccc }
			.shaded { background: linear-gradient(black 50%, #999 50%) }
			input { margin: 20px; border: 1px solid #444; background: #000 }
		</style>
		<p>Good</p><p class="covered">Covered</p><p class="shaded">Shaded</p><input name="dim" value="" />
	`)
	expect(await weakContrasts(page)).toEqual([
		"“Covered”: 1.61 on rgb(204,204,204), less than 4.5",
		"“Shaded”: 2.85 on rgb(153,153,153), less than 4.5",
		"“dim”: 1.00 on rgb(0,0,0), less than 4.5",
		"the edge of input dim: 2.16 on rgb(0,0,0), less than 3",
	])
})
