import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { config } from "../../app/auth.config"
import { clientOf, registerUnverified, registerVerified, somebody } from "../support/client"
import { afterAnswers, serverFixture } from "../support/server-fixture"

const STATEMENT_LOG = join(mkdtempSync(join(tmpdir(), "gatehouse-")), "statements")
const POLL_MS = 400
const { server, mailbox } = serverFixture(
	{ STATEMENT_LOG },
	["--import", "./e2e/support/statement-log.mjs"],
	{ mail: { pollSeconds: POLL_MS / 1000 } },
)

/** The statements that a request leads to, up to the commit, but for those of the outbox's own polls. */
async function statementsOf(path: string, body: object): Promise<string[]> {
	await afterAnswers()
	writeFileSync(STATEMENT_LOG, "")
	expect((await clientOf(server).postJson(path, body)).status).toBe(202)
	await afterAnswers()
	const lines = existsSync(STATEMENT_LOG) ? readFileSync(STATEMENT_LOG, "utf8").split("\n") : []
	const own = lines.filter((line) => !line.startsWith("outbox "))
	return own.slice(0, own.indexOf("COMMIT ") + 1)
}

describe.runIf(config.verification.enabled && config.passwordReset.enabled)(
	"H-81: what is done once the answer is out is the same whoever was found",
	() => {
		it.each(["/forgot-password", "/verify/resend"])("%s", async (path) => {
			const known = path === "/forgot-password" ? await registerVerified(server, mailbox) : undefined
			const { email } = known ?? (await registerUnverified(server, mailbox)).person
			const before = mailbox.mails.length
			const found = await statementsOf(path, { email })
			await expect.poll(() => mailbox.mails.length).toBeGreaterThan(before)
			const { conversations } = mailbox
			const mails = mailbox.mails.length
			const missed = await statementsOf(path, { email: somebody().email })
			expect(found).toContain("INSERT OutboxMail")
			expect(missed).toEqual(found)
			// At the poll, too, as much is done; but no mail is sent, and nothing is left.
			const waiting = server.database.prepare(`SELECT count(*) FROM "OutboxMail" WHERE "sentAt" IS NULL`)
			await expect.poll(() => waiting.pluck().get()).toBe(0)
			expect(mailbox.conversations).toBe(conversations + 1)
			expect(mailbox.mails).toHaveLength(mails)
		})
	},
)

it.runIf(config.passwordReset.enabled)(
	"H-81, mail.pollSeconds: the outbox is polled at times of its own, not when something is put in",
	async () => {
		const starts: number[] = []
		for (let round = 0; round < 4; round++) {
			const { email } = await registerVerified(server, mailbox)
			await clientOf(server).postJson("/forgot-password", { email })
			await afterAnswers()
		}
		const lines = readFileSync(STATEMENT_LOG, "utf8").split("\n")
		for (const line of lines) {
			const [, at] = /^outbox SELECT .*@(\d+)$/.exec(line) ?? []
			if (at) starts.push(Number(at) % POLL_MS)
		}
		expect(starts.length).toBeGreaterThan(6)
		// On a busy machine a poll may be late, but never by what a request would make of it.
		const early = starts.filter((phase) => phase < 100 || phase > POLL_MS - 10).length
		expect(early / starts.length).toBeGreaterThan(0.6)
	},
)
