// node dist/cli.js ADDRESS identify CLIP | similar TRACK_ID | import FOLDER; the key comes from AUDIO_IDENT_KEY.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { argv, env, exit } from "node:process";

import { Service, ServiceProblem } from "./service.js";

const [address, command, argument] = argv.slice(2);
if (address === undefined || argument === undefined) {
  console.error("usage: node dist/cli.js ADDRESS identify CLIP | similar TRACK_ID | import FOLDER");
  exit(2);
}
const service = new Service(address, env["AUDIO_IDENT_KEY"]);

async function identify(path: string): Promise<void> {
  const answer = await service.identify(new Blob([await readFile(path)]), basename(path));
  console.log(answer.verdict);
  for (const { track, offset_seconds, confidence } of answer.exact_matches) {
    console.log(`${track.artist} - ${track.title}`, offset_seconds.toFixed(2), confidence.toFixed(3));
  }
}

async function similar(trackId: string): Promise<void> {
  for (const { track, similarity } of (await service.similar(trackId)).vibe_matches) {
    console.log(`${track.artist} - ${track.title}`, similarity.toFixed(3), track.id);
  }
}

async function importFolder(folder: string): Promise<void> {
  const { session_id } = await service.orderImport(folder);
  for await (const { event } of service.events(session_id)) console.error(event);
  const { state, files_done, files_failed } = await service.getImport(session_id);
  console.log(state, files_done, files_failed);
}

const commands: Record<string, (argument: string) => Promise<void>> = {
  similar,
  import: importFolder,
};

try {
  await (commands[command ?? ""] ?? identify)(argument);
} catch (error) {
  if (!(error instanceof ServiceProblem)) throw error;
  console.error(error.message, error.problem.remedy);
  exit(1);
}
