/** Texts of errors and of images that cannot be shown, in Simplified Chinese. */
import type * as english from './en-errors';
import { updateErrors } from './zh-cn-updates';

export const error: typeof english.error = {
  'file-not-found': { title: '未找到“{subject}”', advice: '文件可能已被移动或重命名，或所在磁盘未连接。' },
  'source-missing': {
    title: '图像所在的文件夹不存在',
    advice: '所在磁盘或网络共享可能未连接。请连接后继续，不会丢失任何内容。',
  },
  'file-unreadable': { title: '无法读取“{subject}”', advice: '请检查读取权限以及所在磁盘是否已连接。' },
  'file-empty': { title: '“{subject}”是空文件', advice: '请从来源处重新复制。' },
  'format-unknown': {
    title: 'SonoMask 不支持“{subject}”的格式',
    advice: '可打开 PNG、JPEG、TIFF、BMP、DICOM、NIfTI、MetaImage、MP4、MOV、WebM 和 Motion JPEG AVI。',
  },
  'format-corrupt': { title: '“{subject}”已损坏', advice: '请从来源处重新复制或导出。' },
  'too-large': { title: '“{subject}”过大', advice: '请先裁剪或缩小图像再打开。' },
  'checkpoint-unsafe': {
    title: '“{subject}”含有程序代码，已拒绝读取',
    advice: '仅读取权重。请向作者索取不含代码的检查点。',
  },
  'checkpoint-corrupt': { title: '检查点“{subject}”已损坏', advice: '请重新下载或复制。' },
  'checkpoint-mismatch': {
    title: '检查点“{subject}”与此模型不匹配',
    advice: '请选择相同结构的 SAMUS 或 AutoSAMUS 检查点。',
  },
  'model-invalid': {
    title: '无法使用模型“{subject}”',
    advice: '仍可查看图像和手动勾画；自动建议和点击需要模型。请重新安装 SonoMask。',
  },
  'label-unknown': { title: '没有标签“{subject}”', advice: '它可能已被删除。' },
  'prompt-invalid': { title: '无法使用此提示（{subject}）', advice: '请将点和框放在图像内。' },
  'graph-invalid': { title: '模型“{subject}”无法计算', advice: '请重新安装 SonoMask。' },
  'provider-failed': { title: '计算设备出错（{subject}）', advice: 'SonoMask 将改用下一个设备，详见状态栏。' },
  'worker-died': { title: '后台进程意外终止（{subject}）', advice: '它会自动重新启动。显示为已保存的内容均已保存。' },
  'project-locked': { title: '项目“{subject}”已在别处打开', advice: '请先在另一窗口或程序中关闭，再在此处打开。' },
  'project-newer': {
    title: '项目“{subject}”由更新版本的 SonoMask 创建',
    advice: '请安装更新的版本后打开。项目未被改动。',
  },
  'project-older': {
    title: '项目“{subject}”的版本较旧',
    advice: '请项目管理员用当前版本运行一次“sonomask team init”。',
  },
  'project-corrupt': { title: '项目“{subject}”已损坏', advice: '请从备份恢复。源图像不受影响。' },
  'project-unknown': {
    title: '团队服务器上没有项目“{subject}”',
    advice: '请检查项目名称和数据库，或联系管理员。',
  },
  'not-a-member': {
    title: '您不是项目“{subject}”的成员',
    advice: '服务器认识您，但项目管理员尚未授予您任何角色。',
  },
  'revision-conflict': { title: '此掩膜已在别处被修改', advice: '现显示较新的状态。如仍需要，请重新修改。' },
  'frame-changed': { title: '“{subject}”已不是当初标注的图像', advice: '已有掩膜均保留。放回原图像即可继续。' },
  'size-changed': {
    title: '“{subject}”的尺寸已改变',
    advice: '掩膜只适用于宽高相同的图像。请放回原图像；已有掩膜均保留。',
  },
  'server-unreachable': {
    title: '团队服务器没有响应',
    advice: '本次操作未保存。连接恢复后会自动继续。',
  },
  'login-refused': { title: '团队服务器拒绝登录', advice: '请检查用户名和密码，或联系项目管理员。' },
  'certificate-refused': {
    title: '无法确认团队服务器的身份',
    advice: '未向其发送任何内容。其证书必须与主机名一致，并由受信任的机构签发。',
  },
  'not-permitted': {
    title: '您在此项目中的角色无权进行此操作',
    advice: '未作任何更改。接受与仲裁由审核者完成；角色由管理员分配。',
  },
  'frame-leased': { title: '其他人正在编辑此帧', advice: '未作任何更改。对方离开后即可编辑。' },
  'pacs-unreachable': {
    title: 'PACS {subject} 没有响应',
    advice: '请检查地址和网络。已收到的内容会保留，重试时从中断处继续。',
  },
  'pacs-untrusted': {
    title: 'PACS {subject} 不可信',
    advice: '其证书对此地址无效。如医院使用自己的证书颁发机构，可在 PACS 设置中指定。',
  },
  'pacs-plaintext': {
    title: '与 {subject} 的连接未加密',
    advice: '请使用 https 地址。以 http 明文访问其他计算机须在 PACS 设置中明确允许。',
  },
  'pacs-login': {
    title: 'PACS {subject} 拒绝登录',
    advice: '请检查用户名和密码或令牌，以及该账户是否有相应权限。',
  },
  'pacs-answer': {
    title: 'PACS {subject} 的应答不符合 DICOMweb',
    advice: '请确认地址为 DICOMweb 服务地址。应答内容未被使用。',
  },
  'pacs-failed': { title: 'PACS {subject} 未能完成操作', advice: '请稍后重试，或联系其管理员。' },
  'disk-full': { title: '磁盘空间不足', advice: '请释放空间后重试。' },
  'write-failed': { title: '无法写入“{subject}”', advice: '请检查写入权限以及磁盘是否已连接。' },
  'reading-blind': {
    title: '当前为盲法阅片',
    advice: '盲法阅片时不能显示其他阅片者的结果。如需查看，请切换到主阅片。',
  },
  ...updateErrors,
  usage: { title: '当前无法执行此操作（{subject}）', advice: '未作任何更改。' },
  cancelled: { title: '已取消', advice: '未作任何更改。' },
  internal: { title: '{subject} 内部出错', advice: '显示为已保存的内容均已保存。如再次出现，请重新启动程序。' },
};

export const problem: typeof english.problem = {
  'file-not-found': {
    short: '未找到文件',
    title: '图像文件不存在',
    why: '添加之后，文件被移动、重命名或删除，或所在磁盘未连接。',
    advice: '请放回文件或连接磁盘，然后重试。已有掩膜均保留。',
  },
  'file-unreadable': {
    short: '无法读取',
    title: '无法读取图像文件',
    why: '系统拒绝读取。',
    advice: '请检查文件权限以及磁盘是否已连接，然后重试。',
  },
  'file-empty': {
    short: '空文件',
    title: '图像文件为空',
    why: '文件没有内容，通常是复制中断所致。',
    advice: '请从来源处重新复制，然后重试。',
  },
  'format-unknown': {
    short: '不是图像',
    title: '这不是 SonoMask 可读取的图像',
    why: '无论文件名如何，其中没有可读取的图像：可读取 PNG、JPEG、TIFF、BMP、DICOM、NIfTI、MetaImage、MP4、MOV、WebM、Motion JPEG AVI。',
    advice: '请在来源处将其导出为 PNG；视频请导出为 MP4（H.264，8 位）或 Motion JPEG AVI。',
  },
  'format-corrupt': {
    short: '文件损坏',
    title: '图像文件已损坏',
    why: '文件开头是图像，但无法完整解码。',
    advice: '请从来源处重新复制或导出，然后重试。',
  },
  'too-large': {
    short: '过大',
    title: '图像过大',
    why: '像素数超出可安全显示的范围。',
    advice: '请裁剪或缩小后重新添加。',
  },
  changed: {
    short: '图像已改变',
    title: '图像已不是当初标注的那一幅',
    why: '文件的像素已改变。为安全起见，不在其上显示掩膜。',
    advice: '请放回原文件，然后重试。如果新图像才是正确的，可在其上保留您的掩膜；未经处理的建议将重新生成。',
  },
};
