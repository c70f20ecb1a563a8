import { spawn } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { appName } from "../../app/auth.config"
import { clientOf } from "../support/client"
import { copyProject } from "../support/copy.mjs"

const PATIENCE = { timeout: 30_000, interval: 200 }

const folder = copyProject()
let output = ""
let child: ReturnType<typeof spawn>

beforeAll(() => {
	const { PATH, HOME } = process.env
	const env: NodeJS.ProcessEnv = { PATH, HOME, PORT: "3900", NODE_ENV: "development" }
	child = spawn(process.execPath, ["--import", "./e2e/support/end-with-parent.mjs", "bin/dev.mjs"], {
		cwd: folder,
		env,
	})
	child.stdout?.on("data", (chunk) => {
		output += chunk
	})
	child.stderr?.on("data", (chunk) => {
		output += chunk
	})
})
afterAll(() => {
	child.kill("SIGKILL")
	rmSync(folder, { recursive: true, force: true })
})

it("a developer's changes show at once, and everything goes on working", async () => {
	await expect.poll(() => output, PATIENCE).toMatch(new RegExp(`${appName} +http`))
	const url = new RegExp(`${appName} +(http\\S+)`).exec(output)?.[1] ?? ""
	const client = clientOf({ url })
	const [, password = ""] = /ada +(\S+)/.exec(output) ?? []
	const page = join(folder, "app/pages/home.tsx")
	for (const word of ["once", "twice"]) {
		writeFileSync(page, readFileSync(page, "utf8").replace(/title="Welcome[^"]*"/, `title="Welcome ${word}"`))
		const shown = () => client.get("/").then(({ text }) => text, String)
		await expect.poll(shown, PATIENCE).toContain(`Welcome ${word}`)
		// Pages come first.
		await expect.poll(() => client.get("/readyz").then(({ status }) => status), PATIENCE).toBe(200)
		expect((await client.postJson("/login", { username: "ada", password })).status).toBe(200)
	}
	expect(output).not.toMatch(/Error/)
})

it("E1: a handler is called once, however often its file was changed", async () => {
	const url = new RegExp(`${appName} +(http\\S+)`).exec(output)?.[1] ?? ""
	const [, password = ""] = /ada +(\S+)/.exec(output) ?? []
	const file = join(folder, "app/auth.events.server.ts")
	const before = readFileSync(file, "utf8")
	const handled = () => output.match(/Ada came in .*/g) ?? []
	for (const time of ["once", "twice", "for the third time"]) {
		const line = `\nimport { on } from "./auth/event.server"\non("user.signed_in", () => console.log("Ada came in ${time}"))\n`
		writeFileSync(file, before + line)
		const signIn = async () => {
			await clientOf({ url })
				.postJson("/login", { username: "ada", password })
				.catch(() => null)
			return handled().at(-1)
		}
		await expect.poll(signIn, PATIENCE).toBe(`Ada came in ${time}`)
	}
	// The last of those tries may not have been told of yet.
	const settled = () => new Promise((done) => setTimeout(done, 500))
	await settled()
	const signIns = handled().length
	expect((await clientOf({ url }).postJson("/login", { username: "ada", password })).status).toBe(200)
	await expect.poll(() => handled().length, PATIENCE).toBeGreaterThan(signIns)
	await settled()
	expect(handled().slice(signIns)).toEqual(["Ada came in for the third time"])
	writeFileSync(file, before)
})

it("a setting that contradicts another is told in a line, and mending it is enough", async () => {
	const url = new RegExp(`${appName} +(http\\S+)`).exec(output)?.[1] ?? ""
	const file = join(folder, "app/auth.config.ts")
	const before = readFileSync(file, "utf8")
	writeFileSync(file, before.replace(/\bexpirySeconds: .*,/, "expirySeconds: 0,"))
	await expect.poll(() => output, PATIENCE).toMatch(/does not start: .*session\.expirySeconds/)
	writeFileSync(file, before)
	const ready = () =>
		clientOf({ url })
			.get("/readyz")
			.then(({ status }) => status, String)
	await expect.poll(ready, PATIENCE).toBe(200)
})

it("stops in order", async () => {
	child.kill("SIGTERM")
	await expect.poll(() => child.exitCode, PATIENCE).toBe(0)
	expect(output).toContain("Stopped")
})
