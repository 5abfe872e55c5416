/** Where an export goes. */
export interface FileSink {
  /** Asks where the file of this name shall go; undefined if the learner does not want it after all. To be called while a click is being handled. */
  open(name: string): Promise<OpenFile | undefined>;
}

export interface OpenFile {
  /** The name that it got. */
  readonly name: string;
  /** Writes all of the stream; rejects with why it failed, and then leaves no half of a file. */
  write(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void>;
}

/** What browsers with the File System Access API have; the others only know downloads. */
interface SavePicker {
  showSaveFilePicker?(options: {
    readonly suggestedName: string;
    readonly types: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
  }): Promise<FileSystemFileHandle>;
}

const tar = 'application/x-tar';

/** A downloaded file may still be read from its address for so long. */
const addressLivesMs = 60_000;

/** The files of the learner's computer. */
export const fileSink: FileSink = {
  async open(name) {
    const page = window as SavePicker;
    if (page.showSaveFilePicker === undefined) return { name, write: (stream) => download(name, stream) };
    try {
      const handle = await page.showSaveFilePicker({ suggestedName: name, types: [{ accept: { [tar]: ['.tar'] } }] });
      return {
        name: handle.name,
        write: async (stream) => stream.pipeTo(await handle.createWritable()),
      };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      throw error;
    }
  },
};

/** The browser keeps what it collects on the disk if it is large. */
async function download(name: string, stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  const blob = await new Response(stream, { headers: { 'content-type': tar } }).blob();
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), addressLivesMs);
}
