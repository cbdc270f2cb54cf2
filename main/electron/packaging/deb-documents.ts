/**
 * What a Debian package says of the program: to dpkg, to the desktop, to whoever reads its manual, and to lintian, Debian's own
 * checker of packages, where something is as it is for a reason.
 */
import { COMMANDS, manualPage } from '../../cli';

/** Of the program: `package.json`. */
export interface Release {
  readonly version: string;
  readonly description: string;
}

/** Of every file: 1 January 2026. */
export const EPOCH = 1_767_225_600;
const MAINTAINER = 'SonoMask contributors <sonomask@sonomask.invalid>';
/** As electron-builder has them, and what Chromium and onnxruntime themselves link against; Chromium is built for Debian 11. */
const DEPENDS =
  'libc6 (>= 2.31), libstdc++6, libgtk-3-0, libnotify4, libnss3, libxss1, libxtst6, xdg-utils, libatspi2.0-0, libuuid1, libsecret-1-0, libasound2, libgbm1';

/** Debian's name of what this computer is. */
export const debianArchitecture = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

export function control({ version, description }: Release, installedKib: number): string {
  return `Package: sonomask
Version: ${debianVersion(version)}
Architecture: ${debianArchitecture()}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKib}
Depends: ${DEPENDS}
Recommends: libvulkan1
Section: science
Priority: optional
Homepage: https://sonomask.invalid
Description: annotation workstation for ultrasound
${wrapped(`${description}.`)}
 .
${wrapped(DETAILS)}
`;
}

const DETAILS =
  'Opens DICOM, NIfTI, video and image files, learns from corrections on the same computer, and writes masks in the formats of ' +
  'other programs. The same work can be done without a window: see sonomask(1). Not a medical device.';

/** Lines of at most 79 characters that begin with a space. */
function wrapped(words: string): string {
  return words.replace(/(.{1,78})(?: |$)/g, ' $1\n').trimEnd();
}

const debianVersion = (version: string): string => version.replace(/-/g, '~');

/** Of the files that are the same in every package, by where they lie. */
export function documents({ version }: Release): Readonly<Record<string, string>> {
  return {
    'usr/share/applications/sonomask.desktop': DESKTOP,
    'usr/share/mime/packages/sonomask.xml': MIME,
    'usr/share/doc/sonomask/copyright': COPYRIGHT,
    'usr/share/lintian/overrides/sonomask': OVERRIDES,
    'usr/share/doc/sonomask/changelog.gz': changelog(version),
    'usr/share/man/man1/sonomask.1.gz': manualPage(
      COMMANDS,
      version,
      new Date(EPOCH * 1000).toISOString().slice(0, 10),
    ),
  };
}

function changelog(version: string): string {
  const date = new Date(EPOCH * 1000).toUTCString().replace('GMT', '+0000');
  return `sonomask (${debianVersion(version)}) stable; urgency=medium

  * SonoMask ${version}.

 -- ${MAINTAINER}  ${date}
`;
}

const DESKTOP = `[Desktop Entry]
Type=Application
Name=SonoMask
Comment=Annotation workstation for ultrasound
Comment[zh_CN]=超声标注工作站
Exec=/opt/SonoMask/sonomask %F
Icon=sonomask
Terminal=false
StartupWMClass=SonoMask
Categories=Science;
Keywords=ultrasound;DICOM;segmentation;annotation;
Keywords[zh_CN]=超声;DICOM;分割;标注;
MimeType=application/x-sonomask-project;
`;

const MIME = `<?xml version="1.0" encoding="utf-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-sonomask-project">
    <comment>SonoMask project</comment>
    <comment xml:lang="zh_CN">SonoMask 项目</comment>
    <glob pattern="*.sonomask"/>
  </mime-type>
</mime-info>
`;

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: SonoMask

Files: *
Copyright: 2026 SonoMask contributors
License: Apache-2.0
 See /usr/share/common-licenses/Apache-2.0. What others made of the program, and under which licences, is in
 out/THIRD-PARTY.txt inside /opt/SonoMask/resources/app.asar and in /opt/SonoMask/LICENSES.chromium.html.
`;

const OVERRIDES = `# Programs that are no part of Debian belong in /opt (Filesystem Hierarchy Standard, 3.13), with all that is theirs.
sonomask: dir-or-file-in-opt *
sonomask: extra-license-file *
sonomask: package-contains-documentation-outside-usr-share-doc *
# Chromium's sandbox where the kernel lets users make no namespaces; it does nothing else.
sonomask: elevated-privileges 4755 root/root [opt/SonoMask/chrome-sandbox]
# Electron, onnxruntime and libvips are shipped as their makers build and sign them.
sonomask: embedded-library *
sonomask: unstripped-binary-or-object *
sonomask: binary-has-unneeded-section *
sonomask: hardening-no-bindnow *
sonomask: hardening-no-fortify-functions *
sonomask: spelling-error-in-binary *
`;
