import { expect, it } from "vitest"
import { isWellFormedPath } from "./path.server"

it.for([
	"/",
	"/login",
	"/login/",
	"/login?redirect_to=//elsewhere.test",
	"/a/b/c.data?x=a//b",
	"/%E2%82%AC",
	"/__manifest?version=1&p=/login&p=/register",
])("%s is a path", (url) => expect(isWellFormedPath(url)).toBe(true))

it.for([
	"",
	"login",
	"//login",
	"/login//",
	"/a//b",
	`/login${"/".repeat(7_900)}x`,
	"/a/../b",
	"/a/%2e%2E",
	"/a\\b",
	"/a%5Cb",
	"/a%00",
	"/%",
	"/login?_data=routes%2Flogin",
	"/login?a=1?b=2&_data",
	"/__manifest?version=1&p=/a//b",
	`/__manifest?version=1&p=${"/a".repeat(3_700)}`,
	`/__manifest?version=1${"&p=/a".repeat(1_500)}`,
])("%.60s is malformed", (url) => expect(isWellFormedPath(url)).toBe(false))
