import { randomUUID } from "node:crypto"
import { expect, test } from "./fixtures"
import { registerVerified } from "./support/client"

test("U2: a superuser finds an account, changes it, and deletes it", async ({
	page,
	open,
	signIn,
	member,
	server,
	mailbox,
}) => {
	const other = await registerVerified(server, mailbox)
	server.database.prepare(`UPDATE "User" SET superuser = 1 WHERE username = ?`).run(member.username)
	await signIn(member)
	await open("/account")
	await page.getByRole("link", { name: "All users" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users")

	await open("/users")
	await page.getByLabel("User name or e-mail").fill(other.username)
	await page.getByRole("button", { name: "Search" }).click()
	await expect(page.getByText("1 user with")).toBeVisible()
	await page.getByRole("link", { name: other.username }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(other.username)

	await open(new URL(page.url()).pathname)
	await page.getByLabel("User name").fill("a b")
	await page.getByRole("button", { name: "Save changes" }).click()
	await expect(page.getByLabel("User name")).toBeFocused()
	await expect(page.getByLabel("User name")).toHaveValue("a b")
	await page.getByLabel("User name").fill(other.username)
	await page.getByLabel("Status").selectOption("false")
	await page.getByRole("button", { name: "Save changes" }).click()
	await expect(page.getByRole("status")).toHaveText("Changes saved.")
	await expect(page.getByRole("main")).toContainText("deactivated")
	await expect(page.getByLabel("Status")).toHaveValue("false")

	await page.getByRole("button", { name: "Delete the account" }).click()
	await expect(page.getByLabel(`Yes, delete ${other.username}`)).toBeFocused()
	await page.getByLabel(`Yes, delete ${other.username}`).check()
	await page.getByRole("button", { name: "Delete the account" }).click()
	await expect(page).toHaveURL("/users")
	await expect(page.getByRole("status")).toHaveText("The account was deleted.")
	await open(`/users?q=${other.username}`)
	await expect(page.getByText("No users found")).toBeVisible()
})

test("U2: who is no superuser sees no way to it, and is told no", async ({ page, open, signIn, member }) => {
	await signIn(member)
	await open("/account")
	await expect(page.getByRole("link", { name: "All users" })).toHaveCount(0)
	await open("/users")
	await expect(page.getByRole("main")).toContainText("Your account isn't allowed to see or change this.")
})

// That a browser asks for nothing that is refused is what its page's fixture looks at.
test("U2: the longest list leads to each account, and the browser reports no error", async ({
	page,
	open,
	signIn,
	member,
	server,
}) => {
	const now = new Date().toISOString().replace("Z", "+00:00")
	const insert = server.database.prepare(
		`INSERT INTO "User" ("id", "username", "usernameKey", "email", "emailKey", "passwordHash", "createdAt", "updatedAt")
		VALUES (?, ?, ?, ?, ?, '', ?, ?)`,
	)
	for (let index = 0; index < 100; index++) {
		const name = `crowd-${index}`
		insert.run(randomUUID(), name, name, `${name}@example.org`, `${name}@example.org`, now, now)
	}
	server.database.prepare(`UPDATE "User" SET superuser = 1 WHERE username = ?`).run(member.username)
	await signIn(member)
	await open("/users?q=crowd&page_size=100")
	await expect(page.getByRole("row")).toHaveCount(101)
	await page.getByRole("link", { name: "crowd-99" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("crowd-99")
	server.database.exec(`DELETE FROM "User" WHERE "username" LIKE 'crowd-%'`)
})
