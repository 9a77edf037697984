// `npm run check` compiles these files.
export default { typescript: { ignoreBuildErrors: true } };
