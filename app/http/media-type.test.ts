import { expect, it } from "vitest"
import { isJson, mediaType } from "./media-type"

it("reads a media type without its parameters, in any letter case", () => {
	expect(mediaType(" Application/JSON ; charset=utf-8")).toBe("application/json")
	expect(mediaType(null)).toBe("")
	expect(isJson("application/json;x")).toBe(true)
	expect([isJson("application/jsonp"), isJson("text/json"), isJson(undefined)]).toEqual([false, false, false])
})
