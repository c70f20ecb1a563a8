import { appName } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { clientOf, newSession, registerVerified } from "./support/client"
import { startServer } from "./support/server"

test("what does not exist has a page of its own, with a way out", async ({ page }) => {
	for (const path of ["/nowhere", "/account/a.css", "/.git/config", "/dev/mail"]) {
		const answer = await page.goto(path)
		expect(answer?.status()).toBe(404)
		await expect(page.getByRole("heading", { level: 1 })).toHaveText("There's nothing here")
		await expect(page).toHaveTitle(new RegExp(appName))
	}
	await page.getByRole("link", { name: "Go to the home page" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome")
})

test("H-18: a form on another site signs nobody out, and says why", async ({
	page,
	open,
	signIn,
	member,
	server,
}) => {
	await signIn(member)
	// A page without an origin of its own stands for the other site.
	await page.goto("about:blank")
	await page.setContent(
		`<form method="post" action="${server.url}/logout"><button>Win a prize</button></form>`,
	)
	await page.getByRole("button").click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing was changed")
	await expect(page.getByRole("main")).toContainText("That form came from another site")
	await open("/account")
	await expect(page.getByRole("main")).toContainText(member.email)
})

test("a form to a page that takes none is told so", async ({ page, open, javaScriptEnabled }) => {
	await open("/login")
	await page.locator("form").evaluate((form) => {
		const plain = document.createElement("form")
		plain.method = "post"
		plain.action = "/"
		plain.innerHTML = "<button>Send</button>"
		form.replaceWith(plain)
	})
	const [answer] = await Promise.all([
		page.waitForResponse((response) => response.request().method() === "POST"),
		page.getByRole("button", { name: "Send" }).click(),
	])
	expect(answer.status()).toBe(405)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("That didn't work")
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
})

test("an unexpected failure tells nothing but a number to quote", { tag: "@js" }, async ({
	mailbox,
	browser,
}) => {
	const server = await startServer({ env: { SMTP_URL: mailbox.url } })
	const cookie = await newSession(server, await registerVerified(server, mailbox))
	server.database.exec("ALTER TABLE Session RENAME TO Elsewhere")

	const answer = await clientOf(server).getJson("/account", { Cookie: cookie })
	const id = answer.headers.get("X-Request-Id") ?? "none"
	expect(answer.status).toBe(500)
	expect(answer.json).toMatchObject({ code: "internal", request_id: id })
	expect(answer.text).not.toMatch(/Session|prisma|sqlite|node_modules/i)
	await expect
		.poll(() => server.logLines())
		.toContainEqual(expect.objectContaining({ event: "request.failed", request_id: id }))

	const context = await browser.newContext()
	const page = await context.newPage()
	const [name = "", value = ""] = cookie.split("=")
	await context.addCookies([{ name, value, url: server.url }])
	const shown = await page.goto(`${server.url}/account`)
	expect(shown?.status()).toBe(500)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Something went wrong")
	await expect(page.getByRole("main")).toContainText(shown?.headers()["x-request-id"] ?? "none")
	await expect(page.getByRole("main")).not.toContainText(/prisma|sqlite|node_modules/i)
	await expectAccessibleInBothSchemes(page, true)
	await context.close()
	await server.stop()
})
