import { expect, test } from "./fixtures"

/** In the evening in Greenwich, in the morning of the next day in Tokyo. */
const CREATED = "2026-01-31T22:05:06.000Z"

test.use({ timezoneId: "Asia/Tokyo" })

test("times are in the reader's own zone where a script runs, in UTC without one, and exact in the title", async ({
	page,
	signIn,
	member,
	server,
	javaScriptEnabled,
}) => {
	server.database
		.prepare(`UPDATE "User" SET createdAt = ?, superuser = true WHERE username = ?`)
		.run(CREATED, member.username)
	await signIn(member)
	const expected = javaScriptEnabled
		? { day: "1 February 2026", clock: /^\d+ \w+ \d{4}, \d\d:\d\d GMT\+9$/ }
		: { day: "31 January 2026", clock: /^\d+ \w+ \d{4}, \d\d:\d\d UTC$/ }
	for (const path of ["/account", `/users?q=${member.username}`]) {
		await page.goto(path)
		const since = page.locator(`time[datetime="${CREATED}"]`)
		await expect(since).toHaveText(expected.day)
		await expect(since).toHaveAttribute("title", "31 January 2026, 22:05:06 UTC")
	}
	await page.goto("/account")
	await expect(page.locator("dd time").first()).toHaveText(expected.clock)
})

test("a page that a script leads to shows them at once", { tag: "@js" }, async ({
	page,
	signIn,
	member,
	server,
}) => {
	server.database.prepare(`UPDATE "User" SET createdAt = ? WHERE username = ?`).run(CREATED, member.username)
	await signIn(member)
	await page.evaluate(() => {
		const seen: string[] = []
		Object.assign(window, { seen })
		new MutationObserver(() => {
			for (const { textContent } of document.querySelectorAll("main time")) seen.push(textContent ?? "")
		}).observe(document.body, { childList: true, subtree: true, characterData: true })
	})
	await page.getByRole("link", { name: "Your account" }).click()
	await expect(page.locator("time").first()).toHaveText("1 February 2026")
	const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen)
	expect(seen.join()).not.toMatch(/January|UTC/)
})
