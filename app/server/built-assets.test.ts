import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import express from "express"
import { afterAll, beforeAll, expect, it } from "vitest"
import { builtAssets } from "./built-assets.server"

const TEXT = "export const answer = 42"
const root = process.cwd()

beforeAll(() => process.chdir(mkdtempSync(join(tmpdir(), "gatehouse-"))))
afterAll(() => process.chdir(root))

async function encodingOfFile(): Promise<string | null> {
	const server = express().use(builtAssets()).listen(0, "127.0.0.1")
	await new Promise((resolve) => server.once("listening", resolve))
	const { port } = server.address() as AddressInfo
	try {
		const answer = await fetch(`http://127.0.0.1:${port}/assets/a.js`, {
			headers: { "Accept-Encoding": "gzip" },
		})
		expect(await answer.text()).toBe(TEXT)
		return answer.headers.get("Content-Encoding")
	} finally {
		server.close()
	}
}

it("a file goes out compressed where the build has done it, and else as it is", async () => {
	mkdirSync("build/client/assets", { recursive: true })
	writeFileSync("build/client/assets/a.js", TEXT)
	expect(await encodingOfFile()).toBeNull()
	mkdirSync("build/compressed/gzip/assets", { recursive: true })
	writeFileSync("build/compressed/gzip/assets/a.js", gzipSync(TEXT))
	expect(await encodingOfFile()).toBe("gzip")
})
