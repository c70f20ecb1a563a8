import { useRouteLoaderData } from "@remix-run/react"
import {
	createContext,
	type Dispatch,
	type ReactNode,
	type SetStateAction,
	useContext,
	useEffect,
	useState,
} from "react"
import type { RootData } from "../root"

const Announce = createContext<Dispatch<SetStateAction<string>>>(() => {})

/**
 * Reads out notices and what goes on, for anyone who doesn't see it. What comes into a page together with its sentence
 * is often not read out; this one is there before it has something to say.
 */
export function Announcer({ children }: { children: ReactNode }) {
	const root = useRouteLoaderData<RootData>("root")
	const [sentence, setSentence] = useState("")
	// Each page has data of its own, so the same notice is told again after the same thing was done again.
	useEffect(() => setSentence(root?.notice ?? ""), [root])
	return (
		<Announce.Provider value={setSentence}>
			{children}
			<div className="spoken" aria-live="polite">
				{sentence}
			</div>
		</Announce.Provider>
	)
}

/** @param sentence null as long as there is nothing to say */
export function useAnnouncement(sentence: string | null): void {
	const announce = useContext(Announce)
	useEffect(() => {
		if (sentence === null) return
		announce(sentence)
		// What was said meanwhile stays.
		return () => announce((said) => (said === sentence ? "" : said))
	}, [sentence, announce])
}
