import { render } from "preact";
import { useState } from "preact/hooks";
import "./style.css";
import { setToken } from "./api.js";
import { BuildView } from "./build-view.js";
import { Dashboard } from "./dashboard.js";

type View = "build" | "dashboard";

function App() {
	const [view, setView] = useState<View>("build");
	const [needsToken, setNeedsToken] = useState(false);
	return (
		<>
			<header>
				<h1>pobatch</h1>
				<nav aria-label="Views">
					{(["build", "dashboard"] as const).map((name) => (
						<button
							type="button"
							key={name}
							aria-current={view === name ? "page" : undefined}
							onClick={() => setView(name)}
						>
							{name === "build" ? "Build" : "Dashboard"}
						</button>
					))}
				</nav>
			</header>
			{needsToken && <TokenForm onDone={() => setNeedsToken(false)} />}
			{/* Kept when it is not shown: its build and its search go on. */}
			<main hidden={view !== "build"}>
				<BuildView onUnauthorized={() => setNeedsToken(true)} />
			</main>
			{view === "dashboard" && (
				<main>
					<Dashboard onUnauthorized={() => setNeedsToken(true)} />
				</main>
			)}
		</>
	);
}

function TokenForm({ onDone }: { onDone: () => void }) {
	const [token, setText] = useState("");
	return (
		<form
			class="panel"
			onSubmit={(event) => {
				event.preventDefault();
				setToken(token);
				onDone();
			}}
		>
			<label>
				This server needs a token
				<input type="password" value={token} onInput={({ currentTarget }) => setText(currentTarget.value)} />
			</label>
			<button type="submit">Use it</button>
		</form>
	);
}

render(<App />, document.getElementById("app") as HTMLElement);
