import { index, type RouteConfig, route } from "@remix-run/route-config"

/** Every URL, and the module behind it. */
export default [
	index("routes/home.tsx"),
	route("register", "routes/register.tsx"),
	route("verify", "routes/verify.tsx"),
	route("verify/sent", "routes/verify-sent.tsx"),
	route("verify/resend", "routes/verify-resend.tsx"),
	route("login", "routes/login.tsx"),
	route("login/cookie", "routes/login-cookie.tsx"),
	route("login/:backend", "routes/login-backend.ts"),
	route("logout", "routes/logout.tsx"),
	route("forgot-password", "routes/forgot-password.tsx"),
	route("reset-password", "routes/reset-password.tsx"),
	route("account", "routes/account.tsx"),
	route("account/password", "routes/password-change.tsx"),
	route("account/email", "routes/email-change.tsx"),
	route("account/email/confirm", "routes/email-confirm.tsx"),
	route(".well-known/change-password", "routes/well-known-change-password.ts"),
	route("users", "routes/users.tsx"),
	route("users/:id", "routes/user.tsx"),
	route("dev/mail", "routes/dev-mail.tsx"),
	route("dev/mail/:id", "routes/dev-mail-html.ts"),
	route("healthz", "routes/healthz.ts"),
	route("readyz", "routes/readyz.ts"),
	route("*", "routes/not-found.tsx"),
] satisfies RouteConfig
