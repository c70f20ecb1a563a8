import { describe, expect, it } from "vitest"
import { readFields } from "./fields.server"

function post(contentType: string, body: BodyInit): Request {
	return new Request("http://kit.test/", { method: "POST", headers: { "Content-Type": contentType }, body })
}

async function read(contentType: string, body: BodyInit) {
	const fields = await readFields(post(contentType, body))
	return fields.ok
		? { values: Object.fromEntries(Object.entries(fields.values)), repeated: fields.repeated }
		: fields.code
}

const json = (text: string) => read("application/json", text)
const form = (text: string) => read("application/x-www-form-urlencoded", text)

describe("a body", () => {
	it("is the same as form, as JSON and as multipart", async () => {
		const expected = { values: { a: "1", b: "x y" }, repeated: [] }
		const multipart = new FormData()
		multipart.set("a", "1")
		multipart.set("b", "x y")
		const request = new Request("http://kit.test/", { method: "POST", body: multipart })
		expect(await form("a=1&b=x+y")).toEqual(expected)
		expect(await json('{"a":"1","b":"x y"}')).toEqual(expected)
		expect(await read(request.headers.get("Content-Type") ?? "", await request.text())).toEqual(expected)
	})

	it("H-02: that is a string without an end costs no more than reading it", async () => {
		// In quadratic time this takes a minute, far past any test's patience.
		expect(await json(`{"${'\\"'.repeat(400_000)}`)).toBe("malformed")
	})

	it("that is empty has no fields", async () => {
		for (const type of ["application/json", "application/x-www-form-urlencoded"])
			expect(await read(type, "")).toEqual({ values: {}, repeated: [] })
	})

	it("may have a hundred fields, and no more", async () => {
		const fields = (count: number) => Array.from({ length: count }, (_, index) => [`f${index}`, "x"])
		for (const [count, outcome] of [
			[100, "object"],
			[101, "string"],
		] as const) {
			expect(typeof (await form(String(new URLSearchParams(fields(count)))))).toBe(outcome)
			expect(typeof (await json(JSON.stringify(Object.fromEntries(fields(count)))))).toBe(outcome)
		}
		expect(await form(String(new URLSearchParams(fields(101))))).toBe("validation_failed")
	})
})

describe("H-02: JSON", () => {
	it.for([
		"[]",
		"null",
		"1",
		'"text"',
		"true",
		"{",
		'{"a":1,}',
		"{'a':1}",
		'\ufeff{"a":1}',
		'{"a":1}{"b":2}',
		`${"[".repeat(10_000)}${"]".repeat(10_000)}`,
		`{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
		`{"a":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`,
	])("%.40s is malformed", async (text) => {
		expect(await json(text)).toBe("malformed")
		expect("isAdmin" in {}).toBe(false)
	})

	it("is UTF-8 and nothing else", async () => {
		expect(await read("application/json", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe(
			"malformed",
		)
		const utf16 = new Uint8Array(Buffer.from('{"a":"1"}', "utf16le"))
		expect(await read("application/json", utf16)).toBe("malformed")
	})

	it("tells of names that come twice, however they are spelled", async () => {
		expect(await json('{"a":"1","a":"2"}')).toMatchObject({ repeated: ["a"] })
		expect(await json('{"a":"1","\\u0061":"2"}')).toMatchObject({ repeated: ["a"] })
		expect(await json('{"a":{"b":1},"b":2}')).toMatchObject({ repeated: [] })
	})

	it("is not confused by brackets and quotes in its texts", async () => {
		const value = { a: '}{][":"\\', b: "[[[[[[[[[[[[", 'c"d': "{}" }
		expect(await json(JSON.stringify(value))).toEqual({ values: value, repeated: [] })
	})

	it("takes as long a list as fits into a body for the one field that it is", async () => {
		const started = performance.now()
		const fields = await json(JSON.stringify({ a: Array(30_000).fill(0) }))
		expect(fields).toMatchObject({ repeated: [] })
		expect(performance.now() - started).toBeLessThan(1_000)
	})
})

describe("H-78: names that every object has", () => {
	const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]

	it.for(names)("%s is a name like any other, once and twice, as form and as JSON", async (name) => {
		for (const [once, twice] of [
			[form(`${name}=1`), form(`${name}=1&${name}=2`)],
			[json(`{"${name}":"1"}`), json(`{"${name}":"1","${name}":"2"}`)],
		]) {
			const expected = (value: string) => Object.fromEntries([[name, value]])
			expect(await once).toEqual({ values: expected("1"), repeated: [] })
			expect(await twice).toEqual({ values: expected("2"), repeated: [name] })
		}
	})

	it.for([
		'{"__proto__":{"isAdmin":true}}',
		'{"a":{"__proto__":{"isAdmin":true}}}',
		'{"\\u005f_proto__":{"isAdmin":true}}',
		'{"constructor":{"prototype":{"isAdmin":true}}}',
	])("%s reaches no prototype, and no value that it was not given in", async (text) => {
		const fields = await readFields(post("application/json", text))
		expect(fields.ok && fields.values.isAdmin).toBeUndefined()
		expect(fields.ok && Object.getPrototypeOf(fields.values)).toBeNull()
		expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
	})
})

describe("H-77: too many fields are counted, not read", () => {
	it("as pairs, where empty ones are none", async () => {
		expect(await form("a&".repeat(32_000))).toBe("validation_failed")
		expect(await form("&".repeat(64_000))).toEqual({ values: {}, repeated: [] })
	})

	it("as parts", async () => {
		const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n'
		const parts = (count: number) => read("multipart/form-data; boundary=x", `${part.repeat(count)}--x--\r\n`)
		expect(await parts(100)).toMatchObject({ repeated: ["a"] })
		expect(await parts(101)).toBe("validation_failed")
		// None of these is a part that could be read.
		expect(await read("multipart/form-data; boundary=x", "\r\n--x".repeat(9_000))).toBe("validation_failed")
	})

	it("as a part's headers, of which a form's have three at most", async () => {
		const part = (count: number) =>
			`--x\r\nContent-Disposition: form-data; name="a"\r\n${"b: c\r\n".repeat(count)}\r\n1\r\n\r\n2\r\n`
		const parts = (...counts: number[]) =>
			read("multipart/form-data; boundary=x", `${counts.map(part).join("")}--x--\r\n`)
		expect(await parts(0)).toEqual({ values: { a: "1\r\n\r\n2" }, repeated: [] })
		expect(await parts(0, 7)).toMatchObject({ repeated: ["a"] })
		expect(await parts(8)).toBe("malformed")
		expect(await parts(0, 8)).toBe("malformed")
	})

	it.each(['x="; boundary=y"; boundary=x', 'boundary="\\x"', 'boundary="x'])(
		"as parts between the delimiters that are read, whatever others find in %s",
		async (parameters) => {
			const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
			expect(await read(`multipart/form-data; ${parameters}`, `${part.repeat(101)}--x--\r\n`)).toBe(
				"malformed",
			)
		},
	)
})

describe("forms", () => {
	it("tell of fields that come twice", async () => {
		expect(await form("a=1&a=2&b=3")).toMatchObject({ repeated: ["a"] })
	})

	it("H-01: know no brackets: a name is a name", async () => {
		expect(await form("email[]=x&email[contains]=@")).toEqual({
			values: { "email[]": "x", "email[contains]": "@" },
			repeated: [],
		})
	})

	it("H-01: a file is no text", async () => {
		const multipart = new FormData()
		multipart.set("email", new File(["x"], "x.txt"))
		const request = new Request("http://kit.test/", { method: "POST", body: multipart })
		const fields = await readFields(request)
		expect(fields.ok && typeof fields.values.email).toBe("object")
	})

	it.for([
		"multipart/form-data",
		"multipart/form-data; boundary=",
		`multipart/form-data; boundary=${"x".repeat(10_000)}`,
		"multipart/form-data; boundary=other",
	])("H-03: %.60s is malformed", async (type) => {
		expect(await read(type, '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n')).toBe(
			"malformed",
		)
	})
})
