// Starts Swagger UI on the API documentation page.
const element = document.getElementById("api-docs");
window.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
