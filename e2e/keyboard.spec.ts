import type { Locator } from "@playwright/test"
import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { AFTER_REGISTERING, registrationOf } from "./support/client"

const MAX_STOPS = 30

test("Tab, Enter and Space are enough, from registering to signing in again, and one sees where one is", async ({
	page,
	open,
	person,
	mailbox,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	const heading = page.getByRole("heading", { level: 1 })
	const press = async (role: "link" | "button", name: string, key: "Enter" | "Space") => {
		await tabTo(page.getByRole(role, { name, exact: true }))
		await page.keyboard.press(key)
	}
	const fillIn = async (fields: Record<string, string>) => {
		for (const [name, value] of Object.entries(fields)) {
			await tabTo(page.locator(`input[name=${name}]:visible`))
			await page.keyboard.type(value)
		}
	}

	await open("/")
	await press("link", "Create an account", "Enter")
	await expect(heading).toHaveText("Create an account")
	await open("/register")
	await fillIn(registrationOf(person))
	await press("button", "Create account", "Space")
	await expect(page).toHaveURL(AFTER_REGISTERING)

	await open((await mailbox.next(person.email)).links[0] ?? "")
	await press("button", "Confirm my address", "Enter")
	await expect(heading).toHaveText(`Hello, ${person.username}`)
	await press("link", "Your account", "Enter")
	await expect(heading).toHaveText("Your account")

	const password = `${person.password}!`
	await press("link", "Change password", "Enter")
	await expect(heading).toHaveText("Change your password")
	await fillIn({ current_password: person.password, password, confirm_password: password })
	await page.keyboard.press("Enter")
	await expect(heading).toHaveText("Your account")
	await expect(page.getByRole("status")).toContainText("Your password has been changed.")

	await press("button", "Sign out", "Space")
	await expect(page).toHaveURL(config.logout.redirectTo)
	await open("/login")
	await fillIn({ username: person.username, password })
	const remember = page.getByRole("checkbox", { name: "Keep me signed in on this device" })
	await tabTo(remember)
	await page.keyboard.press("Space")
	await expect(remember).toBeChecked()
	await tabTo(page.getByRole("button", { name: "Sign in", exact: true }))
	await tabTo(page.locator("input[name=username]"), "Shift+Tab")
	await page.keyboard.press("Enter")
	await expect(heading).toHaveText(`Hello, ${person.username}`)
})

/** Stop by stop, and at each it must be plain to see where one is. */
async function tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
	for (let stop = 0; stop < MAX_STOPS; stop++) {
		await target.page().keyboard.press(key)
		expect(await target.page().evaluate(whatHidesTheFocus)).toBe("")
		if (await target.evaluate((element) => element === document.activeElement)) return
	}
	throw new Error(`${key} does not lead to ${target}`)
}

/** Runs in the page. */
function whatHidesTheFocus(): string {
	const focused = document.activeElement
	if (!focused || focused === document.body) return ""
	const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(focused)
	const { left, top, right, bottom } = focused.getBoundingClientRect()
	const inTheMiddle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
	if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2 || outlineColor === "rgba(0, 0, 0, 0)")
		return `no outline: ${focused.outerHTML}`
	if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return `edges: ${focused.outerHTML}`
	return inTheMiddle && (focused.contains(inTheMiddle) || inTheMiddle.contains(focused))
		? ""
		: `covered by ${inTheMiddle?.outerHTML}: ${focused.outerHTML}`
}
