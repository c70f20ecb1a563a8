import { expect, it, vi } from "vitest"
import { registrationOf } from "../../e2e/support/registration.mjs"
import { text } from "./field"
import { profileSchema, registerSchema } from "./schema"

vi.mock("../auth.events.server", async (load) => ({
	...(await load<object>()),
	registration: { fields: { nickname: text("Enter a name.") } },
}))

it("H-43: a NUL in a text that a fork asks for is refused, as not every database can store it", () => {
	const person = { username: "ada", email: "ada@example.org", password: "correct horse battery staple x9" }
	const faultsOf = (nickname: string) =>
		[registerSchema, profileSchema].map((schema) => {
			const { error } = schema.safeParse({ ...registrationOf(person), nickname })
			return error?.issues.map(({ path, message }) => [path.join("."), message])
		})
	expect(faultsOf("Lady A.")).toEqual([undefined, undefined])
	expect(faultsOf("Lady\0A.")).toEqual([[["nickname", "not_text"]], [["nickname", "not_text"]]])
})
