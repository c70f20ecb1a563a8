import { RemixBrowser } from "@remix-run/react"
import { StrictMode, startTransition } from "react"
import { hydrateRoot } from "react-dom/client"
import { RenderContextProvider } from "./ui/render-context"

/**
 * Kept from the first page: what React renders anew, as it does for an error, the policy for styles must still allow.
 */
const nonce = document.querySelector<HTMLStyleElement>("style[nonce]")?.nonce

startTransition(() => {
	hydrateRoot(
		document,
		<StrictMode>
			<RenderContextProvider value={nonce ? { nonce } : {}}>
				<RemixBrowser />
			</RenderContextProvider>
		</StrictMode>,
	)
})
