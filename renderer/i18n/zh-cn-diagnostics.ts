/** 诊断信息的文字。 */
export const diagnostics = {
  title: '复制诊断信息',
  what: '复制的只有以下文字，其中不含患者、文件、标签或用户的名称。程序不会发送任何内容，请您自行粘贴到求助之处。',
  text: '诊断信息',
  copy: '复制',
  copied: '已复制诊断信息',
  showLog: '显示日志文件夹',
};
